"""`sdctl chaos`: faults, one subcommand each, made from the faults' own fields."""

from __future__ import annotations

import contextlib
import inspect
from typing import Annotated, Any

import typer

from sdctl.cli import exits, values
from sdctl.cli.context import Context
from sdctl.cli.fault_options import RPS, check, command, show_operations
from sdctl.faults.fault import Fault, all_faults, impossible
from sdctl.foundation.errors import TargetUnavailable, UsageError

COMMAND = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Break something on purpose. Every fault is healed and judged.

    sdctl chaos kill-leader
    sdctl chaos pause cache:leader --for 3s
    sdctl chaos run leader-twice
    sdctl chaos list
    """,
)


_ANYWAY = Annotated[bool, typer.Option("--anyway", help="Begin even if a node is not well.")]


@COMMAND.command("list")
def list_(ctx: typer.Context) -> None:
    """List the kinds of faults, and the faults that are on.

    A fault that cannot be done on this stack says why.

    sdctl chaos list
    """
    from sdctl.state import fault_records, wanted
    from sdctl.terminal.card import grid
    from sdctl.terminal.prose import Prose, say
    from sdctl.terminal.status import fault_on

    context: Context = ctx.obj
    unable: dict[str, str] = {}
    with contextlib.suppress(TargetUnavailable):
        engine = context.engine  # heals what is overdue
        unable = impossible(engine.abilities, engine.unable, wanted.profile(context.stack.name))
    kinds = {kind: fault.summary for kind, fault in all_faults().items()}
    active = [record.to_json() for record in fault_records.active(context.stack)]
    if context.screen.json:
        context.screen.print_json({"kinds": kinds, "unable": unable, "active": active})
        return
    say(context.screen.out, Prose("kinds of faults (each is a command: sdctl chaos KIND)", "bold"))
    told = {kind: f" (not on this stack: {why})" for kind, why in unable.items()}
    context.screen.out.print(
        grid((kind, does + told.get(kind, "")) for kind, does in kinds.items())
    )
    say(context.screen.out, Prose("faults that are on" if active else "no fault is on", "bold"))
    for record in active:
        say(context.screen.out, Prose(fault_on(record), head="fault "))


@COMMAND.command(
    "clock",
    hidden=True,
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    },
)
def clock() -> None:
    """Say why it is refused: who knows other tools looks for it.

    sdctl chaos clock leader --offset 1h
    """
    raise UsageError(
        "the clock of a node cannot be moved: all nodes of a machine have one time of day, and no "
        "image of sdctl loads the library that would change it (libfaketime)",
        hint="Nothing was done. `sdctl explain clock` says more.",
    )


@COMMAND.command("heal")
def heal(
    ctx: typer.Context,
    fault_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The fault's id, such as f-3.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every fault that is on.")] = False,
) -> None:
    """Heal a fault now, or all of them.

    sdctl chaos heal f-3
    sdctl chaos heal --all
    """
    from sdctl.chaos import healing, undoing
    from sdctl.state import fault_records

    context: Context = ctx.obj
    if fault_id is None and not all_:
        raise UsageError("which fault?", hint="Name one (`sdctl chaos list`), or --all.")
    chosen = fault_records.active(context.stack)
    if fault_id is not None:
        chosen = [fault_records.find(context.stack, fault_id)]
    if context.dry_run:
        context.screen.print_plan(undoing.planned(context.engine, context.stack, chosen))
        return
    healed, failed = healing.heal_all(context.engine, context.stack, chosen)
    if context.screen.json:
        context.screen.print_json([record.to_json() for record in healed])
    else:
        for record in healed:
            context.screen.err.print(f"{record.id} {record.kind} on {record.target} is healed")
        if not chosen:
            context.screen.err.print("no fault is on")
    if failed:
        failed[0].details += tuple(error.message for error in failed[1:])
        raise failed[0]


@COMMAND.command("run")
def run(
    ctx: typer.Context,
    day: Annotated[
        str, typer.Argument(help="A game day (`sdctl chaos days` lists them), or a .yaml file.")
    ],
    seed: Annotated[
        int | None,
        typer.Option(
            parser=values.seed,
            metavar="NUMBER",
            help="Chooses requests and nodes, in place of the file's.",
        ),
    ] = None,
    anyway: _ANYWAY = False,
) -> None:
    """Play a game day: faults at their times, and one verdict.

    Several may be on at once.

    First the steady state must hold. Then the faults begin at their times. When all are healed,
    the steady state must hold again, and the assertions are checked.

    sdctl chaos run leader-twice
    sdctl --dry-run chaos run mine.yaml
    sdctl chaos run mine.yaml --seed 7
    """
    from sdctl.chaos import conduct, day_variants
    from sdctl.chaos.gameday import claims, day_file
    from sdctl.foundation import output
    from sdctl.judge import runs
    from sdctl.terminal import day_card as card
    from sdctl.terminal.steps import Steps

    context: Context = ctx.obj
    chosen = day_file.load(day).seeded(seed)
    if context.dry_run:
        plans = conduct.planned(context.running, chosen)
        day_variants.shapes(context.running, chosen)
        for warned in claims.too_near(chosen, plans):
            output.warn(warned)
        card.show_plan(context.screen, chosen, plans)
        return
    conduct.check(context.running, [part.fault for part in chosen.parts], chosen.titles())
    day_variants.shapes(context.running, chosen)
    with context.changing(f"chaos run {chosen.name}"), Steps(context.screen) as steps:
        steps.say(f"game day {chosen.name}, seed {chosen.seed}")
        if chosen.variants:
            compared = day_variants.compare(context.running, chosen, steps, anyway=anyway)
        else:
            verdict = conduct.conduct_day(context.running, chosen, steps, anyway=anyway)
    if chosen.variants:
        card.show_side_by_side(context.screen, compared)
        exits.of_verdict(compared)
    else:
        card.show(context.screen, verdict, runs.folder(context.stack, verdict.whole.run).path)
        exits.of_verdict(verdict)


@COMMAND.command("days")
def days(ctx: typer.Context) -> None:
    """List the game days that come with sdctl.

    sdctl chaos days
    """
    from sdctl.chaos.gameday import day_file
    from sdctl.terminal.card import grid

    context: Context = ctx.obj
    found = [day_file.load(name) for name in day_file.names()]
    if context.screen.json:
        context.screen.print_json([day.to_json() for day in found])
        return
    context.screen.out.print(grid((day.name, day.description) for day in found))


def _act(context: Context, fault: Fault, *, rps: float, anyway: bool) -> None:
    """One fault with its verdict's card; exits 8 or 9 where the verdict deserves that."""
    from sdctl.chaos.conduct import conduct
    from sdctl.judge import runs
    from sdctl.load.options import LoadOptions
    from sdctl.terminal.steps import Steps
    from sdctl.terminal.verdict import show

    options = LoadOptions(rps=rps)
    check(context, fault, options)
    if context.dry_run:
        show_operations(context, fault, anyway=anyway)
        return
    with context.changing(f"chaos {fault.kind}"), Steps(context.screen) as steps:
        verdict = conduct(context.running, fault, options, steps, anyway=anyway)
    show(context.screen, verdict, runs.folder(context.stack, verdict.run).path)
    exits.of_verdict(verdict)


def _command(kind: type[Fault]) -> Any:
    told = inspect.cleandoc(kind.__doc__ or "")
    told = f"{kind.summary[0].upper()}{kind.summary[1:]}.\n\n{told}"
    if kind.example:
        told += f"\n\n{kind.example}"
    return command(kind, _act, told, {"rps": (RPS, 100), "anyway": (_ANYWAY, False)})


for _kind, _fault in all_faults().items():
    COMMAND.command(_kind)(_command(_fault))
