"""What is drawn over the whole screen: never more lines than it has, and nothing cut in silence."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style


class Fitted:
    """The first of some forms that fits the screen's height. Where none does, the last one as far
    as it goes, and in the lowest line how many of its lines do not fit."""

    def __init__(
        self, forms: Sequence[RenderableType], *, foot: str = "", shortened: str = ""
    ) -> None:
        self._forms = forms
        """Of the same, from the longest to the shortest."""
        self._foot = foot
        """Below them, where a line is left for it."""
        self._shortened = shortened
        """Before the foot, where it is not the longest form that fits."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = options.max_height
        lines: list[list[Segment]] = []
        foot = self._foot
        for number, form in enumerate(self._forms):
            if number == 1:
                foot = " · ".join(filter(None, (self._shortened, self._foot)))
            lines = console.render_lines(form, options.update(height=None), pad=False)
            # a shorter one leaves a line that says so, the shortest only where it can
            kept = int(bool(self._shortened) and 0 < number < len(self._forms) - 1)
            if len(lines) <= height - kept:
                break
        else:
            room = max(height - 1, 0)
            told = f"… {len(lines) - room} more lines do not fit: this terminal is too low"
            lines = [*lines[:room], [Segment(told[: options.max_width])]]
        if foot and len(lines) < height:
            lines = [*lines, [Segment(foot[: options.max_width], Style(dim=True))]]
        for number, line in enumerate(lines):
            if number:
                yield Segment.line()
            yield from line
