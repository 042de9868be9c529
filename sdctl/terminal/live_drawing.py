"""What is drawn over on a terminal while something lasts, and is a line now and then elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from rich.control import Control

from sdctl.terminal.console import lively

if TYPE_CHECKING:
    from rich.console import Console

LINE_S = 5.0
"""How often there is a line where nothing can be drawn over."""


class Drawing(Protocol):
    """Such as rich's ``Live`` and ``Status``."""

    def start(self) -> None:
        """Draw."""

    def stop(self) -> None:
        """Leave the terminal as it was."""


D = TypeVar("D", bound=Drawing)


class Drawn(ABC, Generic[D]):
    """A context manager; ``drawing`` is there only on a terminal."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self.drawing: D | None = None

    @abstractmethod
    def _draw(self) -> D:
        """What is drawn at first."""

    def __enter__(self) -> Self:
        if not self._quiet and lively(self._console):
            self.drawing = self._draw()
            self.drawing.start()
            # the first picture: later rich's thread makes it, and the first line may be put onto it
            self._console.print(Control())
        return self

    def __exit__(self, *_: object) -> None:
        if self.drawing is not None:
            self.drawing.stop()
            self.drawing = None
