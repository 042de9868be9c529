"""The audit: what was promised against what the stores hold. Pure.

Jepsen's set test (jepsen doc/tutorial/08-set.md): unique ids; a write is acknowledged, refused or
*unknown*; after the fault every store is read; then lost, recovered and duplicated are set
arithmetic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sdctl.app.contract import DEAD_QUEUE
from sdctl.foundation.units import counted
from sdctl.judge.holdings import Backlog, Holdings, StoredWrite
from sdctl.judge.ledger import Write
from sdctl.judge.outcome import Outcome


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
    """Its user was told of one end more than once, or of two: an inbox promises one. Only of
    one that failed and is completed after a replay it tells both."""
    dead: tuple[str, ...] = ()
    """Acknowledged and there, but its message failed at every attempt: a dead letter."""
    failed: int = 0
    """Of the run's writes that are there, whatever was answered: those whose message failed at
    every attempt."""
    altered: tuple[str, ...] = ()
    """There, but it says something else than was sent, or has another id than was answered."""
    unrecorded: tuple[str, ...] = ()
    """There, and of this run, but not in the ledger: sent in a killed run's last second."""
    behind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By follower, what its leader has and it still lacked when the reading ended."""
    remains: Backlog | None = None
    own_letters: int | None = None
    """The dead letters of the run itself; None: nobody looked into them."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Followers that could not be read, each with why."""

    def of(self, keys: Container[str]) -> Audit:
        """What is listed key by key, of these alone."""
        own: dict[str, Any] = {
            name: tuple(key for key in getattr(self, name) if key in keys) for name in LISTED
        }
        return replace(self, **own)

    @property
    def letters(self) -> int | None:
        """The letters in the queue of dead ones, whatever run they are of; None: not read."""
        queues = self.remains.queues if self.remains else None
        return None if queues is None else queues.get(DEAD_QUEUE, 0)

    @property
    def other_letters(self) -> int | None:
        """Of these, those that are of other runs: after the run nearly always of earlier ones."""
        own = self.due_letters if self.own_letters is None else self.own_letters
        return None if self.letters is None else max(self.letters - own, 0)

    @property
    def kept_letters(self) -> int | None:
        """How many letters there are that may be of the run; None: not read."""
        return self.letters if self.own_letters is None else self.own_letters

    @property
    def due_letters(self) -> int:
        """How many letters the run has itself, if all are kept."""
        return max(self.failed, len(self.dead))

    @property
    def missing_letters(self) -> str | None:
        """Why not every message that finally failed is known to be kept; None: each is."""
        if not self.dead:
            return None
        failed, kept = counted(self.due_letters, "order"), self.kept_letters
        if kept is None:
            return f"{failed} finally failed, and their dead letters could not be looked for"
        # one that is not there may be of an order that was acknowledged, or of another
        if kept < self.due_letters:
            return (
                f"{failed} finally failed, and {counted(kept, 'dead letter')} of theirs "
                f"{'is' if kept == 1 else 'are'} there: "
                "the others are being replayed, were purged, or are lost"
            )
        return None


def check(ledger: Iterable[Write], holdings: Holdings, own: Container[str] | None = None) -> Audit:
    """Compare what was promised with what is there. A key that no leader holds is not there.
    ``own``: the keys that count, of all that were written; None: all."""
    outcomes: Counter[Outcome] = Counter()
    keys: defaultdict[str, list[str]] = defaultdict(list)
    found, known = holdings.found, set()
    for write in ledger:
        known.add(write.key)
        if own is not None and write.key not in own:
            continue
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
        failed=sum(
            stored.count > 0 and stored.status == "failed"
            for key, stored in found.items()
            if own is None or key in own or key not in known
        ),
        altered=tuple(keys["altered"]),
        unrecorded=tuple(sorted(found.keys() - known)),
        behind=holdings.behind(),
        remains=holdings.remains,
        own_letters=_own_letters(holdings, known, own),
        unread=holdings.unread,
    )


def _own_letters(
    holdings: Holdings, known: Container[str], own: Container[str] | None
) -> int | None:
    letters = holdings.remains.letters if holdings.remains else None
    if letters is None:
        return None
    return sum(own is None or key in own or key not in known for key in letters)


LISTED = (
    "lost", "duplicated", "altered", "broken_promises", "unfinished", "dead", "undelivered",
    "notified_twice", "unrecorded",
)  # fmt: skip
"""What an audit lists key by key."""


def to_json(audit: Audit | None) -> dict[str, object]:
    """As ``writes`` in a verdict's JSON. None: the stores were not read, so nothing is known."""
    if audit is None:
        known = ("acknowledged", "refused", "unknown", "recovered")
        return dict.fromkeys((*known, *LISTED, "other_letters", "behind", "unread", "remains"))
    remains = audit.remains
    return {
        "acknowledged": audit.acknowledged,
        "refused": audit.refused,
        "unknown": audit.unknown,
        "recovered": len(audit.recovered),
        **{name: list(getattr(audit, name)) for name in LISTED},
        "other_letters": audit.other_letters,
        "behind": {node: len(keys) for node, keys in audit.behind.items()},
        "unread": dict(audit.unread),
        "remains": {"outbox": remains.outbox, "queues": remains.queues} if remains else None,
    }


_NOTHING = StoredWrite(count=0)


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
    if found.differs(write.digest) or not found.is_under(write.order_id):
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
