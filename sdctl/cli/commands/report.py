"""`sdctl report`: a run or a bench as one HTML file that needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli.context import Context


def report(
    ctx: typer.Context,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run's id, a fault's (f-3), last, or a bench's file."),
    ] = "last",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file; else it is beside what it is of.")
    ] = None,
) -> None:
    """Write a run as one HTML file: latency over time with the fault in it, phases, verdict,
    settings, versions, machine, seed. It opens without a network. Prints the file's path.
    Of a bench's file: every trial as a dot, with median, interval and bands.

    sdctl report
    sdctl report f-3 -o failover.html
    sdctl report trials.json
    """
    from sdctl import report as pages
    from sdctl.foundation import files
    from sdctl.judge import runs
    from sdctl.state import fault_records

    context: Context = ctx.obj
    if out is not None:
        files.try_out("--out", out)
    if run.endswith(".json"):
        text, usual = pages.of_bench(Path(run)), Path(run).with_suffix(".html")
    else:
        records = fault_records.all_records(context.stack)
        folder = runs.find(context.stack, run, {record.id: record.run for record in records})
        record = next((record for record in records if record.run == folder.run), None)
        text = runs.tolerant(folder, lambda whole: pages.of_run(whole, record))
        usual = folder.path / "report.html"
    path = pages.write(text, out or usual)
    if context.screen.json:
        context.screen.print_json({"path": str(path)})
    else:
        print(path)


COMMAND = report
