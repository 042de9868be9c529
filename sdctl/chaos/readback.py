"""Reads a run's writes back from every node of every store: what the audit compares.

The database on its leader and each follower, with the inboxes and the outbox; the document store
the same; and the queue's remains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sdctl.faults.selector import leader_of
from sdctl.foundation.errors import SdctlError
from sdctl.judge import content
from sdctl.judge.audit import Backlog, Copy, Holdings, StoredWrite
from sdctl.state import dead_letters, observation
from sdctl.state.observation import Observer, ObserverAway
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec
from sdctl.targets.target import Target

Read = Callable[[str], Mapping[str, StoredWrite]]
"""What the node of this name holds."""

_TIMEOUT_S = 25.0
_KEYS = """
COPY (
    SELECT o.idempotency_key, count(DISTINCT o.id), min(o.status), count(n.order_id), min({digest})
    FROM orders o LEFT JOIN notifications n ON n.order_id = o.id AND n.kind = 'order.' || o.status
    WHERE o.idempotency_key LIKE '{run}-%'
    GROUP BY o.idempotency_key
) TO STDOUT (FORMAT csv)
"""
# the load gives an order its key as its item too
_OUTBOX = "SELECT count(*) FROM outbox WHERE item LIKE '{run}-%'"


def holdings(engine: Target, stack: Stack, snapshot: Snapshot, run: str) -> Holdings:
    """What the stores hold of ``run``. Raises ``SdctlError``, naming the node, if a leader cannot
    be read; a follower that cannot is named: what it holds is not known."""
    observer = observation.observer_of(engine.nodes(), stack.secrets())
    reads: dict[str, Read] = {
        "database": lambda node: database(engine, node, run),
        "documents": lambda node: documents(observer, node, run),
    }
    found = [
        each
        for tier, read in reads.items()
        if tier in snapshot.tiers
        for each in _every(snapshot, tier, read)
    ]
    return Holdings(
        copies=tuple(each for each in found if isinstance(each, Copy)),
        remains=_remains(engine, snapshot, run),
        unread=dict(each for each in found if not isinstance(each, Copy)),
    )


def _every(snapshot: Snapshot, tier: str, read: Read) -> list[Copy | tuple[str, str]]:
    """Each node's copy, or, for a follower that cannot be read, its name and why."""
    leader = leader_of(snapshot, tier).name

    def copy(node: NodeStatus) -> Copy | tuple[str, str]:
        if node.state != "running":
            return node.name, f"it is {node.word}"
        try:
            return Copy(node=node.name, leads=node.name == leader, found=read(node.name))
        except SdctlError as error:
            if node.name == leader:
                raise
            return node.name, error.message

    nodes = snapshot.tiers[tier].nodes
    with ThreadPoolExecutor(max_workers=len(nodes) or 1) as pool:
        return list(pool.map(copy, nodes))


def documents(observer: Observer, node: str, run: str) -> Mapping[str, StoredWrite]:
    """What a node of the document store holds of each key of ``run``."""
    try:
        keys = observer.ask(f"/events/{run}/{node}", timeout_s=_TIMEOUT_S)["keys"]
    except ObserverAway as away:
        raise SdctlError(f"the events cannot be read back from {node}: {away}") from None
    return {key: StoredWrite(count=count) for key, count in keys.items()}


def database(engine: Target, node: str, run: str) -> Mapping[str, StoredWrite]:
    """What a node of the database holds of each key of ``run``."""
    return parse(
        _psql(engine, node, _KEYS.format(run=run, digest=content.ORDER_SQL.format(row="o")))
    )


def parse(text: str) -> Mapping[str, StoredWrite]:
    """Pure: from lines of ``key,count,status,notifications,digest``."""
    found = {}
    for line in text.splitlines():
        key, count, status, notifications, digest = line.rsplit(",", 4)
        found[key] = StoredWrite(
            count=int(count),
            status=status,
            notifications=int(notifications),
            digest=int(digest),
        )
    return found


def _remains(engine: Target, snapshot: Snapshot, run: str) -> Backlog | None:
    outbox, queues = None, {}
    with suppress(SdctlError):
        leader = leader_of(snapshot, "database").name
        outbox = int(_psql(engine, leader, _OUTBOX.format(run=run)))
    with suppress(SdctlError):
        queues = dead_letters.ask(engine, "depths")["depths"]
    return Backlog(outbox=outbox, queues=queues) if outbox is not None or queues else None


def _psql(engine: Target, node: str, sql: str) -> str:
    command = ("psql", "-U", "postgres", "-d", "sdctl", "-qAtc", sql)
    output = engine.apply(Exec(node=node, command=command, cause="read the writes back"))
    if output.code:
        raise SdctlError(
            f"the writes cannot be read back from {node}: {output.stderr.strip()[-200:]}"
        )
    return output.stdout
