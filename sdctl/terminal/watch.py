"""Any value, shown again every second: a live view on a terminal, lines of JSON with ``--json``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.live import Live

from sdctl.foundation import output
from sdctl.terminal import keys
from sdctl.terminal.console import lively
from sdctl.terminal.fitted_screen import Fitted
from sdctl.terminal.screen import Screen

T = TypeVar("T")
EVERY_S = 0.9
"""With the time a look takes, what is shown is never older than a second."""

_QUIT = "q"
_END = "Ctrl-C ends this"
_SHORTENED = "a higher terminal shows every node"


def run(
    screen: Screen,
    look: Callable[[], T],
    forms: Callable[[T], Sequence[RenderableType]],
    to_json: Callable[[T], Any],
) -> None:
    """Until Ctrl-C, or q. ``forms``: of a value, from the longest to the shortest; a screen has the
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
        end = f"{_QUIT} or {_END}" if sys.stdin.isatty() else _END

        def seen() -> Fitted:
            return Fitted(forms(look()), foot=end, shortened=_SHORTENED)

        with (
            keys.unechoed(),
            Live(seen(), console=screen.out, screen=True, auto_refresh=False) as live,
        ):
            while not keys.pressed(_QUIT, EVERY_S):
                live.update(seen(), refresh=True)
    except KeyboardInterrupt:
        return
