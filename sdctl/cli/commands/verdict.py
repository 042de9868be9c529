"""`sdctl verdict`: a run judged once more, from its ledger and the stores as they are now."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli import exits
from sdctl.cli.context import Context


def verdict(
    ctx: typer.Context,
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="A run's id, a fault's id (f-3), a game day's name, or last."
        ),
    ] = "last",
) -> None:
    """Judge a run again.

    The run's ledger is compared with what every store holds now. This also works for a run that
    was killed before it could judge itself. Of a game day, what the day itself had measured is
    taken as it was: the steady state and the assertions.

    sdctl verdict
    sdctl verdict f-3
    sdctl verdict leader-twice
    sdctl --json verdict 1f2e3d4c
    """
    from sdctl.chaos import judgeable, rejudging
    from sdctl.judge import damaged_files, runs
    from sdctl.judge.day_verdict import DayVerdict
    from sdctl.state import fault_records
    from sdctl.terminal import day_card
    from sdctl.terminal import verdict as card
    from sdctl.terminal.steps import Steps

    context: Context = ctx.obj
    faults = {record.id: record.run for record in fault_records.all_records(context.stack)}
    folder = runs.find(context.stack, run, faults)
    if context.dry_run:
        context.screen.print_plan(judgeable.plan(context.engine, context.stack, folder))
        return
    with Steps(context.screen) as steps:
        steps.say("reading the stores back")
        components = context.running.components()
        judged = damaged_files.tolerant(
            folder,
            lambda whole: rejudging.judge(
                context.engine,
                context.stack,
                whole,
                context.running.profile,
                components,
                tell=steps.now,
                fault=runs.meant(folder, run, faults),
            ),
        )
    if not folder.has("verdict"):
        folder.write("verdict", judged.to_json())
    if isinstance(judged, DayVerdict):
        day_card.show(context.screen, judged, folder.path)
    else:
        card.show(context.screen, judged, folder.path)
    # an interrupted run is unknown; nobody interrupted this command
    exits.judged(judged.judgement)


COMMAND = verdict
