"""Where a path leads, whatever stands there: a file, a folder, a link to nothing, a circle."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: Path) -> Path:
    """A path from the root without links. Links that lead in a circle stay as they are, where
    ``Path.resolve`` would raise what is no ``OSError``."""
    return Path(os.path.realpath(path))


def leads_nowhere(path: Path) -> Path | None:
    """The link in a path at whose end nothing is; None: there is no such link."""
    above = (place for place in reversed([path, *path.parents]) if place.is_symlink())
    return next((link for link in above if not link.exists()), None)


def in_a_folder() -> bool:
    """Whether the current folder is still there."""
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return False
    return True


def may_look_into(folder: Path) -> bool:
    """Whether this user may see what is in a folder, if it is there."""
    try:
        os.stat(f"{folder}/.")  # noqa: PTH116 - a Path has no such end
        os.scandir(folder).close()
    except OSError as error:
        return not isinstance(error, PermissionError)
    return True
