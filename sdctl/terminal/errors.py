"""An error as a person reads it: what happened, the details, what to do next."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from sdctl.errors import SdctlError


def show(error: SdctlError) -> None:
    """Print to stderr."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text.assemble(("error: ", "bold red"), error.message))
    for line in error.details:
        console.print(Text(f"  {line}"))
    if error.hint:
        console.print(Text.assemble(("→ ", "bold cyan"), error.hint))
