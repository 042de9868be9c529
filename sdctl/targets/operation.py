"""One atomic thing done to one node, and its cause: what all operations have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from sdctl.components.node import Ability


@dataclass(frozen=True, kw_only=True)
class OnNode:
    """What is done, to which node, and why."""

    verb: ClassVar[str]
    requires: ClassVar[Ability | None] = None
    """What a target must be able to do for it."""
    node: str
    cause: str

    def lacks(self, abilities: Collection[Ability]) -> Ability | None:
        """What a target with these abilities cannot do, and would have to; None: it can."""
        return None if self.requires in abilities else self.requires

    def __str__(self) -> str:
        return self.for_its_cause(f"{self.verb} {self.node}")

    def for_its_cause(self, done: str) -> str:
        """What is done, and its cause: a time goes on with the sentence, such as ``, for 10 s``."""
        return f"{done}{', ' if self.cause.startswith('for ') else ': '}{self.cause}"
