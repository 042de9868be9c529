"""Reads a run's writes back from every node of every store: what the audit compares.

Each store's own probe reads them (``Probe.holds``), asked through the observer; what is left in the
queue a worker tells.
"""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sdctl.app.contract import DEAD_QUEUE
from sdctl.components.component import every_component
from sdctl.faults.selector import leader_of
from sdctl.foundation.errors import SdctlError
from sdctl.judge.holdings import Backlog, Copy, Holdings, StoredWrite
from sdctl.state import dead_letters, observation
from sdctl.state.observation import Observer, ObserverAway
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.target import Target

_TIMEOUT_S = 25.0


@dataclass(frozen=True)
class _Store:
    """What the nodes of a tier hold."""

    copies: tuple[Copy, ...]
    waiting: int | None
    """As the leader has it."""
    unread: dict[str, str]


def holdings(engine: Target, stack: Stack, snapshot: Snapshot, run: str) -> Holdings:
    """What the stores hold of ``run``. Raises ``SdctlError``, naming the node, if a leader cannot
    be read; a follower that cannot is named: what it holds is not known."""
    observer = observation.observer_of(engine.nodes(), stack)
    keeping = {component.tier for component in every_component() if component.keeps_writes}
    stores = [_store(observer, snapshot, tier, run) for tier in snapshot.tiers if tier in keeping]
    waiting = [store.waiting for store in stores if store.waiting is not None]
    return Holdings(
        copies=tuple(copy for store in stores for copy in store.copies),
        remains=_remains(engine, sum(waiting) if waiting else None),
        unread={node: why for store in stores for node, why in sorted(store.unread.items())},
    )


def _store(observer: Observer, snapshot: Snapshot, tier: str, run: str) -> _Store:
    leader = leader_of(snapshot, tier).name
    waiting: list[int | None] = []
    unread: dict[str, str] = {}

    def copy(node: NodeStatus) -> Copy | None:
        if node.state != "running":
            unread[node.name] = f"it is {node.word}"
            return None
        try:
            held = _ask(observer, node.name, run)
        except SdctlError as error:
            if node.name == leader:
                raise
            unread[node.name] = error.message
            return None
        if node.name == leader:
            waiting.append(held["waiting"])
        return Copy(node=node.name, leads=node.name == leader, found=parse(held["lines"]))

    nodes = snapshot.tiers[tier].nodes
    with ThreadPoolExecutor(max_workers=len(nodes) or 1) as pool:
        copies = tuple(found for found in pool.map(copy, nodes) if found is not None)
    return _Store(copies, next(iter(waiting), None), unread)


def _ask(observer: Observer, node: str, run: str) -> dict[str, Any]:
    try:
        held: dict[str, Any] = observer.ask(f"/holdings/{run}/{node}", timeout_s=_TIMEOUT_S)
    except ObserverAway as away:
        raise SdctlError(f"the writes cannot be read back from {node}: {away}") from None
    return held


def parse(lines: str) -> dict[str, StoredWrite]:
    """Pure: from lines of ``key,count``, and ``status,notifications,digest,id`` where a store knows
    of them; what it does not know is empty."""
    found = {}
    for key, count, *rest in csv.reader(lines.splitlines()):
        status, notifications, digest, id_ = (*rest, None, None, None, None)[:4]
        found[key] = StoredWrite(
            count=int(count),
            status=status or None,
            notifications=int(notifications) if notifications else None,
            digest=int(digest) if digest else None,
            id=id_ or None,
        )
    return found


_MOST_LETTERS = 5000
"""So many can be looked into in some seconds. While that is done, they can not be replayed."""


def with_letters(engine: Target, holdings: Holdings, run: str) -> Holdings:
    """The same with the run's own dead letters, where it has orders that failed for good and
    letters of other runs may stand for theirs: a message has the key of its order as its item."""
    remains = holdings.remains
    waiting = (remains.queues or {}).get(DEAD_QUEUE, 0) if remains else 0
    failed = any(stored.status == "failed" for stored in holdings.found.values())
    if remains is None or not failed or not 0 < waiting <= _MOST_LETTERS:
        return holdings
    with suppress(SdctlError):
        letters = dead_letters.ask(engine, "list")["letters"]
        found = (letter["body"] for letter in letters if isinstance(letter["body"], dict))
        items = (str(body.get("item", "")) for body in found)
        own = tuple(item for item in items if item.startswith(f"{run}-"))
        return replace(holdings, remains=replace(remains, letters=own))
    return holdings


def _remains(engine: Target, outbox: int | None) -> Backlog | None:
    queues = None
    with suppress(SdctlError):
        queues = dead_letters.ask(engine, "depths")["depths"]
    return None if outbox is None and queues is None else Backlog(outbox=outbox, queues=queues)
