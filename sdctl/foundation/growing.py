"""A file of lines that somebody still writes, read line by line as it grows."""

from __future__ import annotations

from pathlib import Path

from sdctl.foundation import files


class GrowingFile:
    """Each look reads what was added since the one before: whoever looks several times a second
    would else read the whole file each time, on the machine that is measured."""

    def __init__(self, path: Path, *, after: int = 0) -> None:
        """``after``: so many bytes at its begin are not read."""
        self._path = path
        self._at = after

    def lines(self) -> list[str]:
        """The whole lines since the last look. A last one that is not whole yet is left for the
        next. Raises ``OSError``."""
        with files.regular(self._path).open("rb") as file:
            file.seek(self._at)
            added = file.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._at += len(whole)
        return whole.decode(errors="replace").split("\n")[:-1]
