"""Docker Compose on this machine: all that knows Docker or Compose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.targets.target import Target


def TARGET(stack: str) -> Target:  # noqa: N802  # a constant of the file
    """The target of a stack."""
    # Docker's library takes a tenth of a second to load
    from sdctl.targets.compose.target import ComposeTarget

    return ComposeTarget(stack)
