"""The consoles: what is printed on them is text, whoever wrote it: never markup, and never a
command to the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

from sdctl.foundation.controls import visible


class _Plain(Console):
    """A text that is given to it is shown as it is: no markup, no emoji codes, no highlighting."""

    def status(self, status: RenderableType, **options: Any) -> Status:
        """As rich's, which reads markup here whatever the console was told."""
        return super().status(Text(status) if isinstance(status, str) else status, **options)

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
