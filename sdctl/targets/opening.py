"""Opens what runs a stack. Nobody else chooses a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.targets.target import Target


def open_target(stack: str) -> Target:
    """The target of a stack, by the stack's name. Nothing is asked of it yet."""
    from sdctl.targets.compose.target import ComposeTarget

    return ComposeTarget(stack)
