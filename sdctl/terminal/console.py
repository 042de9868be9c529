"""The consoles: what is printed on them is text, whoever wrote it: never markup, and never a
command to the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

from sdctl.foundation.controls import visible
from sdctl.foundation.wrapping import shortened


class OneLine:
    """A text that is drawn over: as much of it as has room on a line. Where a drawing has fewer
    lines than the one before, rich may draw it over a line that is to stay."""

    def __init__(self, text: str) -> None:
        self._text = " ".join(visible(text).split())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shortened(self._text, options.max_width), no_wrap=True, overflow="crop")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, len(self._text)).with_maximum(options.max_width)


class _Plain(Console):
    """A text that is given to it is shown as it is: no markup, no emoji codes, no highlighting."""

    def status(self, status: RenderableType, **options: Any) -> Status:
        """As rich's, which reads markup here whatever the console was told. A text is one line."""
        return super().status(OneLine(status) if isinstance(status, str) else status, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As rich's, which sends on what control characters are in a text."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)


def console(*, stderr: bool = False, color: bool = True, file: TextIO | None = None) -> Console:
    """A console; without colour its text has no escape codes at all."""
    colorless = not color or bool(os.environ.get("NO_COLOR"))
    return _Plain(
        stderr=stderr,
        file=file,
        markup=False,
        emoji=False,
        highlight=False,
        color_system=None if colorless else "auto",
    )


def lively(console: Console) -> bool:
    """Whether what is on it can be drawn over."""
    return console.is_terminal and not console.is_dumb_terminal
