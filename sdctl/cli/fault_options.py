"""A fault's command: its options are the fault's own fields."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdctl.cli import values
from sdctl.cli.context import Context
from sdctl.faults.fault import Fault, fields_of
from sdctl.faults.from_texts import name_of, value_of
from sdctl.foundation import units

if TYPE_CHECKING:
    from sdctl.faults.fault_plan import FaultPlan
    from sdctl.load.options import LoadOptions

RPS = Annotated[
    float,
    typer.Option(
        parser=values.number,
        metavar="NUMBER",
        help="Requests per second of the load that runs beside the fault.",
    ),
]


def command(
    kind: type[Fault],
    act: Callable[..., None],
    told: str,
    more: Mapping[str, tuple[Any, Any]],
) -> Any:
    """A function as typer reads it, with the help text ``told``. It has a parameter for each field
    of the fault and for each of ``more`` (annotation and default), and calls ``act`` with the
    context, the fault, and what ``more`` came to."""

    def run(ctx: typer.Context, **given: Any) -> None:
        own = {field.name: given.pop(field.name) for field in fields_of(kind)}
        act(ctx.obj, _made(kind, own), **given)

    parameters = [
        _parameter("ctx", typer.Context),
        *(_of_field(field) for field in fields_of(kind)),
        *(_parameter(name, *pair) for name, pair in more.items()),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = told
    return run


def check(context: Context, fault: Fault, options: LoadOptions) -> None:
    """What is wrong with the options is said first, and what is wrong for this stack before anybody
    asks whether another command works on it. What there is, is told of the stack, if there is
    one."""
    from sdctl.chaos import conduct
    from sdctl.components.component import all_components
    from sdctl.foundation.errors import SdctlError
    from sdctl.load.options import make_plan

    components = all_components()
    if any(True for _ in fault.wrong(components)):
        with suppress(SdctlError):  # no stack: then what any stack could have is told
            there = {node.tier for node in context.running.nodes()}
            components = {
                tier: component for tier, component in components.items() if tier in there
            }
    fault.check(components)
    make_plan(dataclasses.replace(options, duration="1s"), "http://gateway", {})
    conduct.check(context.running, [fault])


def show_operations(
    context: Context,
    fault: Fault,
    above: Callable[[FaultPlan], Sequence[str]] = lambda plan: (),
    *,
    anyway: bool = False,
) -> None:
    """What would be done to the stack, after the lines ``above``. What the fault itself would be
    refused for is refused."""
    from sdctl.chaos import predictions, preparation
    from sdctl.faults.heirs import Heirs
    from sdctl.targets.recording import questions

    engine, running = context.engine, context.running
    seen, components = running.snapshot(), running.components()
    fault = fault.pinned(seen, components, questions(engine))
    plan = preparation.planned(engine, fault, seen, components)
    preparation.await_wellness(running.snapshot, lambda waits: None, anyway=anyway)
    heirs = Heirs(plan=plan, profile=running.profile_or_none(), components=components, seen=seen)
    if warned := predictions.nobody_takes_over(heirs):
        context.screen.tell(f"warning: {warned}")
    for operation in plan.inject:
        engine.apply(operation)
    context.show_plan(*above(plan))


def _made(kind: type[Fault], texts: Mapping[str, Any]) -> Fault:
    from sdctl.foundation.arguments import parse

    values = {
        field.name: parse(_option(field), partial(value_of, field), texts[field.name])
        for field in fields_of(kind)
    }
    return kind(**values)


def _of_field(field: dataclasses.Field[Any]) -> Any:
    help_ = field.metadata["help"]
    default = field.default if field.metadata["parse"] is None else default_as_text(field)
    kind = type(default)
    typer_kind = (
        typer.Argument(help=help_)
        if field.metadata["argument"]
        else typer.Option(
            _option(field),
            help=help_,
            metavar=field.metadata["value"] or _METAVARS.get(field.metadata["parse"]),
        )
    )
    return _parameter(field.name, Annotated[kind, typer_kind], default)


_METAVARS = {
    units.duration: "TIME",
    units.delay: "TIME",
    units.share: "PERCENT",
    units.seed: "NUMBER",
}
"""What a value is called in the help."""


def _option(field: dataclasses.Field[Any]) -> str:
    return f"--{name_of(field)}"


def default_as_text(field: dataclasses.Field[Any]) -> str:
    """A default as people write it."""
    value: Any = field.default
    if value is None:
        return ""
    written = {
        units.duration: units.write_duration,
        units.delay: units.write_duration,
        units.share: units.format_share,
    }
    write = field.metadata["write"] or written.get(field.metadata["parse"])
    return write(value) if write else str(value)


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> Any:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )
