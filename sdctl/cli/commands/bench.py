"""`sdctl bench`: the same experiment many times, because one failover is an anecdote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdctl.cli import exits, values
from sdctl.cli.context import Context
from sdctl.cli.fault_options import RPS, check, command, show_operations
from sdctl.faults.fault import Fault, all_faults
from sdctl.faults.kill_leader import KillLeader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdctl.faults.fault_plan import FaultPlan
    from sdctl.load.options import LoadOptions

COMMAND = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Repeat a fault, and show how its results are distributed.

    sdctl bench failover --trials 12
    sdctl bench pause gateway --trials 6
    """,
)


_TRIALS = Annotated[
    int,
    typer.Option(
        parser=values.at_least_one, metavar="NUMBER", help="How often, one after another."
    ),
]
_OUT = Annotated[
    Path | None, typer.Option(help="The file for the trials. Those in it are kept, and counted.")
]


def _act(context: Context, fault: Fault, *, rps: float, trials: int, out: Path | None) -> None:
    from sdctl.chaos import repetition
    from sdctl.load.options import LoadOptions

    context.try_out(out)
    options = LoadOptions(rps=rps)
    check(context, fault, options)
    if context.dry_run:
        components = context.running.components()

        def above(plan: FaultPlan) -> Sequence[str]:
            return repetition.told(fault, components[plan.tier].workload, rps, trials)

        show_operations(context, fault, above)
        return
    _conduct(context, fault, options, trials, out)


def _conduct(
    context: Context, fault: Fault, options: LoadOptions, trials: int, out: Path | None
) -> None:
    """Run what is missing of ``trials``, show what they come to, and exit 8 or 9 where a trial's
    verdict deserves that. Ctrl-C heals and keeps the trials that ended."""
    from sdctl.chaos import repetition
    from sdctl.foundation.errors import Interrupted, SdctlError
    from sdctl.judge import bench as file
    from sdctl.judge.bench import Bench
    from sdctl.judge.trial_summary import summarise
    from sdctl.terminal.bench import line, show
    from sdctl.terminal.steps import Steps

    screen = context.screen
    path, bench = repetition.begun(context.running, fault, options, out)

    def keep(grown: Bench) -> None:
        nonlocal bench
        bench = grown
        file.write(bench, path)
        told = line(bench.trials[-1])
        screen.tell(f"{len(bench.trials)} of {trials}: {told}")

    try:
        with Steps(screen) as steps:
            repetition.repeat(
                context.running, fault, bench, options, steps, trials=trials, keep=keep
            )
    except KeyboardInterrupt:
        if not screen.json:  # there the error is the one value
            show(screen, bench, path)
        raise Interrupted(
            f"interrupted and healed after {len(bench.trials)} of {trials} trials",
            hint=f"The same command with --out {path} continues there.",
        ) from None
    except SdctlError as error:
        error.hint = f"{error.hint} Trials kept in {path}: {len(bench.trials)}.".lstrip()
        raise
    show(screen, bench, path)
    exits.judged(summarise(bench.trials).judgement)


_TOLD = """{what}.

This is done many times. Each trial begins when every node is well. Then come the median, p95,
maximum and 95% interval of how long writes stopped, and what was lost.

Every trial is written down when it ends. The same command with the same --out continues there."""
_FAILOVER = """

sdctl bench failover
sdctl bench failover cache --how crash --trials 10 --out crash.json
sdctl compare kill.json crash.json"""


def _begins(fault: type[Fault]) -> str:
    return f"{fault.summary[0].upper()}{fault.summary[1:]}"


def _command(kind: type[Fault], told: str) -> Any:
    more = {"trials": (_TRIALS, 20), "rps": (RPS, 100), "out": (_OUT, None)}
    return command(kind, _act, told, more)


COMMAND.command("failover")(
    _command(KillLeader, _TOLD.format(what=_begins(KillLeader)) + _FAILOVER)
)
for _kind, _fault in all_faults().items():
    _same = " (the same as `bench failover`)" if _fault is KillLeader else ""
    _told = _TOLD.format(what=f"{_begins(_fault)}{_same}") + f"\n\nsdctl bench {_kind} --trials 6"
    COMMAND.command(_kind)(_command(_fault, _told))
