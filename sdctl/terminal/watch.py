"""Any value, shown again every second: a live view on a terminal, lines of JSON with ``--json``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.live import Live

from sdctl.foundation import output
from sdctl.terminal.console import lively
from sdctl.terminal.fitted_screen import Fitted
from sdctl.terminal.screen import Screen

T = TypeVar("T")
EVERY_S = 0.9
"""With the time a look takes, what is shown is never older than a second."""

_END = "Ctrl-C ends this"
_SHORTENED = "a higher terminal shows every node"


def run(
    screen: Screen,
    look: Callable[[], T],
    forms: Callable[[T], Sequence[RenderableType]],
    to_json: Callable[[T], Any],
) -> None:
    """Until Ctrl-C. ``forms``: of a value, from the longest to the shortest; a screen shows the
    first that it has lines for. Without a terminal each look is printed below the one before."""
    tick = threading.Event()
    try:
        if screen.json or not lively(screen.out):
            while True:
                value = look()
                if screen.json:
                    screen.print_json(to_json(value))
                else:
                    screen.out.print(forms(value)[0])
                output.check()
                tick.wait(EVERY_S)
        first = Fitted(forms(look()), foot=_END, shortened=_SHORTENED)
        with Live(first, console=screen.out, screen=True, auto_refresh=False) as live:
            while not tick.wait(EVERY_S):
                live.update(Fitted(forms(look()), foot=_END, shortened=_SHORTENED), refresh=True)
    except KeyboardInterrupt:
        return
