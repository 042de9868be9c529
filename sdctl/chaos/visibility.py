"""What can be seen of the stack during a run: who is ill, and whether the observer is away."""

from __future__ import annotations

import time

from sdctl.state import observation
from sdctl.state.snapshot import Snapshot

BLIND_S = 5.0
"""How long the observer may be away until waiting on is for nothing."""


class ObserverAbsence:
    """Whether the observer has been away for so long that waiting on is for nothing."""

    def __init__(self) -> None:
        self._since: float | None = None
        self.blind: str | None = None
        """Why nothing is seen right now."""
        self.lost: str | None = None
        """Why; None: it is there, or may be back in a moment."""

    def take(self, seen: Snapshot) -> Snapshot:
        """Note what was seen."""
        self.blind = observation.blind(seen)
        self._since = None if self.blind is None else self._since or time.monotonic()
        over = self._since is not None and time.monotonic() - self._since > BLIND_S
        self.lost = self.blind if over else None
        return seen


def told_ill(seen: Snapshot) -> list[str]:
    """A line for each node that is not well."""
    return [f"{node}: {what}" for node, what in ill(seen).items()]


def ill(seen: Snapshot) -> dict[str, str]:
    """Each node that is not well, with what is the matter."""
    return {
        node.name: _matter(node.word, node.reason or node.health)
        for node in seen.nodes().values()
        if node.health != "ok"
    }


def _matter(word: str, why: str) -> str:
    """``exited`` and ``Exited (137) 3 seconds ago`` say the same: it is told once."""
    return why if why.lower().startswith(word.lower()) else ", ".join(filter(None, (word, why)))
