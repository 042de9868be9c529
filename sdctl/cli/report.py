"""`sdctl report`: a run as one HTML file that needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.context import Context


def report(
    ctx: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's id, a fault's (f-3), or last.")
    ] = "last",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file; else it is in the run's folder.")
    ] = None,
) -> None:
    """Write a run as one HTML file: latency over time with the fault in it, phases, verdict,
    settings, versions, machine, seed. It opens without a network. Prints the file's path.

    sdctl report
    sdctl report f-3 -o failover.html
    """
    from sdctl import report as reports
    from sdctl import runs
    from sdctl.chaos import log as fault_log

    context: Context = ctx.obj
    records = fault_log.all_records(context.stack)
    folder = runs.find(context.stack, run, {record.id: record.run for record in records})
    record = next((each for each in records if each.run == folder.run), None)
    path = reports.write(folder, record, out or folder.path / "report.html")
    if context.json:
        context.print_json({"run": folder.run, "path": str(path)})
    else:
        print(path)


COMMAND = report
