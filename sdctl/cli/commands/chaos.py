"""`sdctl chaos`: faults, one subcommand each, made from the faults' own fields."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from typing import Annotated, Any

import typer

from sdctl.cli import ending
from sdctl.cli.context import Context
from sdctl.faults.fault import Fault, all_faults, fields_of
from sdctl.foundation import units
from sdctl.foundation.errors import DockerUnavailable

COMMAND = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Break something on purpose; every fault ends with a verdict, and healed.",
)


@COMMAND.command("list")
def list_(ctx: typer.Context) -> None:
    """List the faults there are, and those that are on now."""
    from sdctl.state import fault_records

    context: Context = ctx.obj
    with contextlib.suppress(DockerUnavailable):
        _ = context.engine  # heals what is overdue
    kinds = {kind: fault.summary for kind, fault in all_faults().items()}
    active = [record.to_json() for record in fault_records.active(context.stack)]
    if context.screen.json:
        context.screen.print_json({"kinds": kinds, "active": active})
        return
    for kind, summary in kinds.items():
        print(f"{kind:<14} {summary}")
    for record in active:
        state = "on" if record["injected_at"] else "beginning"
        print(
            f"{state}: {record['id']} {record['kind']} on {record['target']}, "
            f"heals at {record['until']}"
        )


@COMMAND.command("heal")
def heal(
    ctx: typer.Context,
    fault_id: Annotated[str | None, typer.Argument(metavar="ID", help="Such as f-3.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every fault that is on.")] = False,
) -> None:
    """Undo a fault now, or all of them."""
    from sdctl.chaos import healing
    from sdctl.foundation.errors import UsageError
    from sdctl.state import fault_records

    context: Context = ctx.obj
    if fault_id is None and not all_:
        raise UsageError("which fault?", hint="Name one (`sdctl chaos list`), or --all.")
    chosen = fault_records.active(context.stack)
    if fault_id is not None:
        chosen = [fault_records.find(context.stack, fault_id)]
    healed, failed = healing.heal_all(context.engine, context.stack, chosen)
    if context.screen.json:
        context.screen.print_json([record.to_json() for record in healed])
    else:
        for record in healed:
            context.screen.err.print(f"{record.id} {record.kind} on {record.target} is healed")
    if failed:
        failed[0].details += tuple(error.message for error in failed[1:])
        raise failed[0]


def _command(kind: type[Fault]) -> Any:
    """A function with a parameter for each field of the fault, as typer reads it."""

    def run(ctx: typer.Context, rps: float, anyway: bool, **values: Any) -> None:
        from sdctl.chaos.conduct import conduct
        from sdctl.foundation.arguments import parse
        from sdctl.judge import runs
        from sdctl.load.request import Wish
        from sdctl.terminal.steps import Steps
        from sdctl.terminal.verdict import show

        context: Context = ctx.obj
        converted = {}
        for field in fields_of(kind):
            text, convert = values[field.name], field.metadata["parse"]
            name = f"--{field.name.rstrip('_')}"
            converted[field.name] = parse(name, convert, text) if convert else text
        fault = kind(**converted)
        checked(fault, rps)
        if context.dry_run:
            show_operations(context, fault)
            return
        command = f"chaos {fault.kind}"
        with context.changing(command), Steps(context.screen) as steps:
            verdict = conduct(context.running, fault, Wish(rps=rps), steps, anyway=anyway)
        show(context.screen, verdict, runs.folder(context.stack, verdict.run).path)
        ending.of_verdict(verdict)

    parameters = [
        _parameter("ctx", typer.Context),
        *(_of_field(field) for field in fields_of(kind)),
        _parameter(
            "rps",
            Annotated[float, typer.Option(help="Of the background load, when none runs.")],
            100.0,
        ),
        _parameter(
            "anyway",
            Annotated[bool, typer.Option("--anyway", help="Also where a node is not well.")],
            False,
        ),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    told = inspect.cleandoc(kind.__doc__ or "")
    run.__doc__ = f"{kind.summary[0].upper()}{kind.summary[1:]}\n\n{told}"
    return run


def checked(fault: Fault, rps: float) -> None:
    """What is wrong with the wish is said before Docker is asked."""
    from sdctl.components.component import all_components
    from sdctl.load.request import Wish, make_plan

    fault.check(all_components())
    make_plan(Wish(rps=rps, duration="1s"), "http://127.0.0.1", {})


def show_operations(context: Context, fault: Fault, times: int = 1) -> None:
    """What would be done to the stack."""
    plan = fault.plan(context.running.snapshot(), context.running.components())
    for operation in plan.inject * times:
        context.engine.apply(operation)
    context.show_plan()


def _of_field(field: dataclasses.Field[Any]) -> Any:
    help_ = field.metadata["help"]
    default = field.default if field.metadata["parse"] is None else _as_text(field)
    kind = type(default)
    name = f"--{field.name.rstrip('_')}"
    typer_kind = (
        typer.Argument(help=help_) if field.metadata["argument"] else typer.Option(name, help=help_)
    )
    return _parameter(field.name, Annotated[kind, typer_kind], default)


def _as_text(field: dataclasses.Field[Any]) -> str:
    """A default as people write it."""
    value: Any = field.default
    written = {units.duration: units.format_duration, units.share: units.format_share}
    write = written.get(field.metadata["parse"])
    return write(value) if write else str(value)


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> Any:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


for _kind, _fault in all_faults().items():
    COMMAND.command(_kind)(_command(_fault))
