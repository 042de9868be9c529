"""What the stores hold of a run, as it was read back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, kw_only=True)
class StoredWrite:
    """What a store holds of one key."""

    count: int
    status: str | None = None
    notifications: int | None = None
    """How often its user's inbox tells that it ended; 0: it does not tell how; None: the inbox was
    not read."""
    digest: int | None = None
    """What it says (``sdctl.judge.content``); None: it was not asked."""
    id: str | None = None
    """By which the service finds it; None: by its key."""

    def is_under(self, id_: str | None) -> bool:
        """Whether it is found by the id that its writer was told, as far as both are known."""
        return self.id is None or id_ is None or self.id == id_

    def differs(self, digest: int | None) -> bool:
        """Whether this says something else, as far as both are known."""
        return bool(self.digest and digest and self.digest != digest)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What one node of a replicated store holds of a run."""

    node: str
    leads: bool
    found: Mapping[str, StoredWrite]


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What of a run's work is still on its way: messages by queue, and rows of the outbox."""

    outbox: int | None = None
    queues: Mapping[str, int] | None = None
    """None: they could not be read."""
    letters: tuple[str, ...] | None = None
    """The keys of the run's dead letters; None: nobody looked into them."""


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """Everything the stores hold of a run."""

    copies: tuple[Copy, ...]
    remains: Backlog | None = None
    """None: nobody could be asked."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """The followers that could not be read, each with why: what they hold is not known."""

    @property
    def found(self) -> dict[str, StoredWrite]:
        """What the leaders hold: the truth about each key."""
        return {key: held for copy in self.copies if copy.leads for key, held in copy.found.items()}

    def behind(self) -> dict[str, tuple[str, ...]]:
        """By follower, the keys that its store's leader holds and it does not, or not so."""
        return {
            follower.node: tuple(
                sorted(
                    key
                    for key, found in leader.found.items()
                    if found.differs(follower.found.get(key, found).digest)
                    or key not in follower.found
                )
            )
            for leader in self.copies
            if leader.leads
            for follower in self.copies
            if not follower.leads and _store(follower) == _store(leader)
        }

    def only(self, keys: Collection[str]) -> Holdings:
        """What is held of these keys alone."""
        copies = (
            replace(copy, found={key: held for key, held in copy.found.items() if key in keys})
            for copy in self.copies
        )
        return replace(self, copies=tuple(copies))


def _store(copy: Copy) -> str:
    """Nodes of one component are copies of each other."""
    return copy.node.rpartition("-")[0]
