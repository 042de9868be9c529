"""Reads a run's writes back from the leaders of the stores: what the ledger is checked against."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl import observe
from sdctl.engine.engine import Engine
from sdctl.errors import SdctlError
from sdctl.faults.kill_leader import leader_of
from sdctl.ledger import Found
from sdctl.observe import Observer, ObserverAway
from sdctl.ops import Exec
from sdctl.snapshot import Snapshot
from sdctl.stack import Stack

_SQL = """
COPY (
    SELECT o.idempotency_key, count(DISTINCT o.id), min(o.status), count(n.order_id)
    FROM orders o LEFT JOIN notifications n ON n.order_id = o.id AND n.kind = 'order.completed'
    WHERE o.idempotency_key LIKE '{run}-%'
    GROUP BY o.idempotency_key
) TO STDOUT (FORMAT csv)
"""


def stores(engine: Engine, stack: Stack, snapshot: Snapshot, run: str) -> Mapping[str, Found]:
    """What the leaders hold of each key of ``run``, orders and events. Raises ``SdctlError`` if
    one cannot be read."""
    found = dict(database(engine, snapshot, run)) if "database" in snapshot.tiers else {}
    if "documents" in snapshot.tiers:
        found |= documents(observe.observer_of(engine.containers(), stack.secrets()), run)
    return found


def documents(observer: Observer, run: str) -> Mapping[str, Found]:
    """What the document store's leader holds of each key of ``run``."""
    try:
        keys = observer.ask(f"/events/{run}")["keys"]
    except ObserverAway as away:
        raise SdctlError(f"the events cannot be read back: {away}") from None
    return {key: Found(count=count) for key, count in keys.items()}


def database(engine: Engine, snapshot: Snapshot, run: str) -> Mapping[str, Found]:
    """What the leader holds of each key of ``run``. Raises ``SdctlError`` if it cannot be read."""
    leader = leader_of(snapshot, "database").name
    command = ("psql", "-U", "postgres", "-d", "sdctl", "-qAtc", _SQL.format(run=run))
    output = engine.apply(Exec(node=leader, command=command, cause="read the writes back"))
    if output.code:
        raise SdctlError(
            f"the writes cannot be read back from {leader}: {output.stderr.strip()[-200:]}"
        )
    return parse(output.stdout)


def parse(text: str) -> Mapping[str, Found]:
    """Pure: from lines of ``key,count,status,notifications``."""
    found = {}
    for line in text.splitlines():
        key, count, status, notifications = line.rsplit(",", 3)
        found[key] = Found(count=int(count), status=status, notifications=int(notifications))
    return found
