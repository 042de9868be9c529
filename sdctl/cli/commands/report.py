"""`sdctl report`: a run or a bench as one HTML file that needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli.context import Context

_FORMS = ("", ".html", ".htm", ".svg")
"""How the name of its file may end: another ending would promise what is not in it."""


def report(
    ctx: typer.Context,
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="A run's id, a fault's id (f-3), a game day's name, last, or a bench's file.",
        ),
    ] = "last",
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help="The file to write. Default: beside the run. One that ends in .svg gets the "
            "run's first chart as a picture.",
        ),
    ] = None,
) -> None:
    """Write a run as one HTML file, or its first chart as a picture.

    It shows latency over time with the fault, the phases, the verdict, settings, versions and
    the machine. For a bench's file it shows every trial, the median and its interval. The page
    needs no network. The command prints the page's path.

    sdctl report
    sdctl report f-3 -o failover.html
    sdctl report f-3 -o failover.svg
    sdctl report trials.json
    """
    from sdctl import report as pages
    from sdctl.foundation.errors import NoSuchTarget, UsageError
    from sdctl.judge import damaged_files, runs
    from sdctl.state import fault_records

    context: Context = ctx.obj
    context.try_out(out)
    as_picture = out is not None and out.suffix == ".svg"
    if Path(run).suffix not in ("", ".json"):
        raise NoSuchTarget(
            f"{run} is no run, and no file of a bench",
            hint="Name a run by its id, by a fault's id (f-3), by its game day, or last. The file "
            "that a bench wrote ends in .json.",
        )
    if out is not None and out.suffix not in _FORMS:
        raise UsageError(
            f"a report is a page (.html), or a picture (.svg): {out}",
            hint="A page opens in any browser. So does a picture, which a browser can also print.",
        )
    if run.endswith(".json") and as_picture:
        raise UsageError(
            f"a bench is written as a page, not as a picture: {out}",
            hint="Give a file that ends in .html.",
        )
    if run.endswith(".json"):
        text, usual = pages.of_bench(Path(run)), out or pages.beside(Path(run))
        what = f"the trials in {run}"
    else:
        records = fault_records.all_records(context.stack)
        faults = {record.id: record.run for record in records}
        folder = runs.find(context.stack, run, faults)
        what = f"run {folder.run}"
        own = [record for record in records if record.run == folder.run]
        draw = pages.picture_of_run if as_picture else pages.of_run
        meant = runs.meant(folder, run, faults)
        text = damaged_files.tolerant(folder, lambda whole: draw(whole, *own, fault=meant))
        usual = folder.path / "report.html"
    form = "picture" if as_picture else "page"
    if context.dry_run:
        context.screen.print_plan([f"write {out or usual}, {what} as a {form}"])
        return
    path = pages.write(text, out or usual)
    if context.screen.json:
        context.screen.print_json({"path": str(path)})
    else:
        screen = context.screen
        screen.tell(f"{what} as a {form}, which needs no network. Open it in a browser:")
        print(path)


COMMAND = report
