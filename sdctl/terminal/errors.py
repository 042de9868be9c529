"""An error as a person reads it: what happened, the details, what to do next."""

from __future__ import annotations

from sdctl.foundation.errors import Interrupted, SdctlError
from sdctl.terminal.console import console
from sdctl.terminal.prose import Prose, say


def _label(error: SdctlError) -> tuple[str, str]:
    ended = isinstance(error, Interrupted)  # somebody wanted that: nothing went wrong
    return ("ended: ", "bold yellow") if ended else ("error: ", "bold red")


def show(error: SdctlError, *, color: bool = True) -> None:
    """Print to stderr."""
    shown = console(stderr=True, color=color)
    label, style = _label(error)
    say(shown, Prose(error.message, head=label, head_style=style))
    for line in error.details:
        say(shown, Prose(f"  {line}", indent=2))
    if error.hint:
        say(shown, Prose(error.hint, head="→ ", head_style="bold cyan", indent=2))
