"""The audit: what was promised against what the stores hold. Pure.

Jepsen's set test (jepsen doc/tutorial/08-set.md): unique ids; a write is acknowledged, refused or
*unknown*; after the fault every store is read; then lost, recovered and duplicated are set
arithmetic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sdctl.app.contract import DEAD_QUEUE
from sdctl.judge.ledger import Write
from sdctl.judge.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class StoredWrite:
    """What a store holds of one key."""

    count: int
    status: str | None = None
    notifications: int | None = None
    """How often its user's inbox tells how it ended; None: the inbox was not read."""
    digest: int | None = None
    """What it says (``sdctl.judge.content``); None: it was not asked."""

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

    @property
    def settled(self) -> bool:
        """Whether every order came to its end and every follower has what its leader has."""
        return (
            all(held.status != "accepted" for held in self.found.values())
            and not any(self.behind().values())
            and not self.unread
        )


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Keys, in the ledger's order. The counts are of the ledger alone."""

    acknowledged: int
    refused: int
    unknown: int
    lost: tuple[str, ...]
    """Acknowledged, and not there."""
    recovered: tuple[str, ...]
    """Unknown, and there."""
    duplicated: tuple[str, ...]
    """There more than once, whatever the outcome."""
    broken_promises: tuple[str, ...]
    """Refused, and there."""
    unfinished: tuple[str, ...]
    """Acknowledged and there, but not worked on to the end (neither completed nor failed)."""
    undelivered: tuple[str, ...]
    """Acknowledged, there and worked on, but its user was not told how it ended."""
    notified_twice: tuple[str, ...]
    """Its user was told of one end more than once: an inbox promises exactly once."""
    dead: tuple[str, ...] = ()
    """Acknowledged and there, but its message failed at every attempt: a dead letter."""
    altered: tuple[str, ...] = ()
    """There, but it says something else than was sent."""
    unrecorded: tuple[str, ...] = ()
    """There, and of this run, but not in the ledger: sent in a killed run's last second."""
    behind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By follower, what its leader has and it still lacked when the reading ended."""
    remains: Backlog | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    """Followers that could not be read, each with why."""

    @property
    def letters(self) -> int | None:
        """The letters in the queue of dead ones, whatever run they are of; None: not read."""
        queues = self.remains.queues if self.remains else None
        return None if queues is None else queues.get(DEAD_QUEUE, 0)


def check(ledger: Iterable[Write], holdings: Holdings) -> Audit:
    """Compare what was promised with what is there. A key that no leader holds is not there."""
    outcomes: Counter[Outcome] = Counter()
    keys: defaultdict[str, list[str]] = defaultdict(list)
    found, known = holdings.found, set()
    for write in ledger:
        known.add(write.key)
        outcomes[write.outcome] += 1
        for remark in _remarks(write, found.get(write.key, _NOTHING)):
            keys[remark].append(write.key)
    return Audit(
        acknowledged=outcomes["acknowledged"],
        refused=outcomes["refused"],
        unknown=outcomes["unknown"],
        lost=tuple(keys["lost"]),
        recovered=tuple(keys["recovered"]),
        duplicated=tuple(keys["duplicated"]),
        broken_promises=tuple(keys["broken_promises"]),
        unfinished=tuple(keys["unfinished"]),
        undelivered=tuple(keys["undelivered"]),
        notified_twice=tuple(keys["notified_twice"]),
        dead=tuple(keys["dead"]),
        altered=tuple(keys["altered"]),
        unrecorded=tuple(sorted(found.keys() - known)),
        behind=holdings.behind(),
        remains=holdings.remains,
        unread=holdings.unread,
    )


_NOTHING = StoredWrite(count=0)


def _store(copy: Copy) -> str:
    """Nodes of one component are copies of each other."""
    return copy.node.rpartition("-")[0]


def _remarks(write: Write, found: StoredWrite) -> Iterator[str]:
    """The lists of an audit in which this write belongs."""
    acknowledged = write.outcome == "acknowledged"
    if not found.count:
        if acknowledged:
            yield "lost"
        return
    if write.outcome == "unknown":
        yield "recovered"
    elif write.outcome == "refused":
        yield "broken_promises"
    if found.count > 1:
        yield "duplicated"
    if found.differs(write.digest):
        yield "altered"
    finished = found.status in (None, "completed", "failed")
    if acknowledged and not finished:
        yield "unfinished"
    if acknowledged and found.status == "failed":
        yield "dead"
    if acknowledged and finished and found.notifications == 0:
        yield "undelivered"
    if found.notifications is not None and found.notifications > 1:
        yield "notified_twice"
