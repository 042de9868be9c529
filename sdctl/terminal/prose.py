"""Sentences on a screen: wrapped by one rule (``foundation/wrapping.py``), wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from sdctl.foundation.controls import visible
from sdctl.foundation.wrapping import wrapped


@dataclass(frozen=True)
class Prose:
    """A text with one style, and before it a ``head`` in a style of its own."""

    text: str
    style: str = ""
    head: str = ""
    head_style: str = ""
    indent: int = 0
    """Of its further lines."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = wrapped(self._whole, options.max_width, indent=self.indent)
        yield self._styled("\n".join(lines))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max(map(len, self._whole.splitlines()), default=0)
        word = max(map(len, self._whole.split()), default=0)
        return Measurement(word, longest).with_maximum(options.max_width)

    @property
    def whole(self) -> Text:
        """Not wrapped, for who is no terminal."""
        return self._styled(self._whole)

    @property
    def _whole(self) -> str:
        return visible(self.head + self.text)

    def _styled(self, text: str) -> Text:
        styled = Text(text, self.style)
        styled.stylize(self.head_style, 0, len(self.head))
        return styled


def say(console: Console, prose: Prose | str) -> None:
    """Print it: on a terminal within its width, elsewhere as one line, which can be searched."""
    said = Prose(prose) if isinstance(prose, str) else prose
    if console.is_terminal:
        console.print(said)
    else:
        console.print(said.whole, soft_wrap=True)
