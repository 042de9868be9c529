"""`sdctl bench`: the same experiment many times, because one failover is an anecdote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli.context import Context
from sdctl.faults.fault import fields_of
from sdctl.faults.kill_leader import HOWS, KillLeader

COMMAND = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Repeat an experiment, and say what its distribution is.",
)


@COMMAND.callback()
def _bench() -> None:
    """So that `failover` is a word of its own although it is the only one yet."""


@COMMAND.command("failover")
def failover(
    ctx: typer.Context,
    tier: Annotated[str, typer.Argument(help="database, cache, queue or documents.")] = "database",
    how: Annotated[str, typer.Option(help=f"{', '.join(HOWS)}.")] = "kill",
    trials: Annotated[int, typer.Option(min=1, help="How many faults, one after another.")] = 20,
    rps: Annotated[float, typer.Option(help="Of the load beside each, when none runs.")] = 100.0,
    for_: Annotated[str, typer.Option("--for", help="Each is healed by then.")] = "60s",
    out: Annotated[
        Path | None, typer.Option(help="The trials; a file that has some is gone on with.")
    ] = None,
) -> None:
    """Kill the leader of a tier again and again, each time from a healthy stack, and report the
    median, p95, maximum and 95 % interval of how long writes stopped, and what was lost.

    Every trial is kept as it ends. The same command with the same --out goes on where it stopped.

    sdctl bench failover
    sdctl bench failover cache --how crash --trials 10 --out crash.json
    sdctl compare kill.json crash.json
    """
    from sdctl.cli.commands.chaos import checked
    from sdctl.foundation import files
    from sdctl.foundation.arguments import parse
    from sdctl.terminal.bench import conduct

    context: Context = ctx.obj
    parsers = {field.name: field.metadata["parse"] for field in fields_of(KillLeader)}
    fault = KillLeader(
        tier=tier,
        how=parse("--how", parsers["how"], how),
        for_=parse("--for", parsers["for_"], for_),
    )
    checked(fault, rps)
    if out is not None:
        files.try_out("--out", out)
    conduct(context, fault, trials=trials, rps=rps, out=out)
