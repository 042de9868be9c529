"""An error as a person reads it: what happened, the details, what to do next."""

from __future__ import annotations

from rich.text import Text

from sdctl.foundation.errors import Interrupted, SdctlError
from sdctl.terminal.console import console

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
    lines = [
        Text.assemble(_label(error), error.message.translate(_CONTROL)),
        *(Text(f"  {line}".translate(_CONTROL)) for line in error.details),
    ]
    if error.hint:
        lines.append(Text.assemble(("→ ", "bold cyan"), error.hint.translate(_CONTROL)))
    for line in lines:
        shown.print(line, soft_wrap=True)
