"""One of each kind that a user can add, as docs/extending.md shows it, laid out as sdctl
finds it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "extending.md"
BLOCK = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)
"""A file's path, and its text below."""


def shown() -> dict[str, str]:
    """The files of the page, by their paths."""
    return dict(BLOCK.findall(PAGE.read_text()))


def write(folder: Path) -> None:
    """Lay the files out in a plug-in folder."""
    for name, text in shown().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
