"""What is known of a run's seconds while it goes on."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from sdctl.foundation import json_files
from sdctl.foundation.growing import GrowingFile


class SeriesSoFar:
    """The ticks of a run that goes on. Each look reads what was added since the one before."""

    def __init__(self, path: Path) -> None:
        self._file = GrowingFile(path)
        self._lock = threading.Lock()
        self._ticks: list[dict[str, Any]] = []

    def ticks(self) -> list[dict[str, Any]]:
        """Every tick, in order; a line that is damaged is left out."""
        with self._lock:
            with suppress(OSError):
                self._ticks += json_files.objects(self._file.lines())
            return list(self._ticks)
