"""A run, or a bench, as one HTML page that needs no network: from raw files to figures to page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdctl.foundation import files
from sdctl.foundation.errors import UsageError

if TYPE_CHECKING:
    from sdctl.judge.run_folder import RunFolder
    from sdctl.state.fault_record import Record


def of_run(folder: RunFolder, *records: Record | None, fault: str | None = None) -> str:
    """The page of a run; ``records`` are its faults'. None: no fault. ``fault``: the one that is
    meant, where several were measured with one load; None: the last that was judged."""
    from sdctl.report.material import gather
    from sdctl.report.page import page

    return page(gather(folder, *records, fault=fault))


def picture_of_run(folder: RunFolder, *records: Record | None, fault: str | None = None) -> str:
    """What such a page draws first, as an SVG of its own. Raises ``NoSuchTarget`` if there is
    nothing to draw."""
    from sdctl.foundation.errors import NoSuchTarget
    from sdctl.report.material import gather
    from sdctl.report.page import picture

    drawn = picture(gather(folder, *records, fault=fault))
    if drawn is None:
        raise NoSuchTarget(
            f"run {folder.run} has nothing that can be drawn: no write and no request is recorded",
            hint=f"`sdctl report {folder.run}` writes what there is as a page.",
        )
    return drawn


def of_bench(path: Path) -> str:
    """The page of a bench's file. Raises ``UsageError`` if it is none."""
    from sdctl.judge.bench import read
    from sdctl.report.trials_page import page

    return page(read(path))


_MARK = b'<meta name="generator" content="sdctl">'
"""What every page begins with (``templates/report/base.html.j2``)."""


def beside(bench: Path) -> Path:
    """Where the page of a bench's file is written if nobody says. Raises ``UsageError`` where
    something stands there that is no such page."""
    path = bench.with_suffix(".html")
    if path.exists():
        with files.regular(path).open("rb") as file:
            if _MARK not in file.read(1024):
                raise UsageError(
                    f"{path} is no page of sdctl's, so it stays as it is",
                    hint="Name the file to write: -o FILE.",
                )
    return path


def write(text: str, path: Path) -> Path:
    """Write a page; where it is. Raises ``OSError`` where it cannot be written."""
    files.write_whole(path, text)
    return path.absolute()
