"""An error as a person reads it: what happened, the details, what to do next."""

from __future__ import annotations

from sdctl.foundation.errors import Interrupted, SdctlError
from sdctl.terminal.console import console
from sdctl.terminal.prose import Prose, say

_CONTROL = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
}
"""Somebody else's words may be in it: they move no cursor and set no title."""


def _label(error: SdctlError) -> tuple[str, str]:
    ended = isinstance(error, Interrupted)  # somebody wanted that: nothing went wrong
    return ("ended: ", "bold yellow") if ended else ("error: ", "bold red")


def show(error: SdctlError, *, color: bool = True) -> None:
    """Print to stderr."""
    shown = console(stderr=True, color=color)
    label, style = _label(error)
    say(shown, Prose(error.message.translate(_CONTROL), head=label, head_style=style))
    for line in error.details:
        say(shown, Prose(f"  {line}".translate(_CONTROL), indent=2))
    if error.hint:
        hint = error.hint.translate(_CONTROL)
        say(shown, Prose(hint, head="→ ", head_style="bold cyan", indent=2))
