"""A run as one HTML page that needs no network: from its raw files to figures, charts, page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdctl.errors import UsageError

if TYPE_CHECKING:
    from sdctl.chaos.log import Record
    from sdctl.runs import RunFolder


def write(folder: RunFolder, record: Record | None, path: Path) -> Path:
    """Write the page of a run; where it is. Raises ``UsageError`` where it cannot be written."""
    from sdctl.report.material import gather
    from sdctl.report.page import page

    text = page(gather(folder, record))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", hint="Name another with -o FILE."
        ) from None
    return path.absolute()
