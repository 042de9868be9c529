"""The nodes that have ended since a fault began."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sdctl.state.fault_records import Record
from sdctl.targets.target import Target


def ended(engine: Target, nodes: Collection[str], record: Record) -> tuple[str, ...]:
    """Those of ``nodes`` that have stopped since the fault began, though they may run again."""
    if not nodes:
        return ()
    since = datetime.fromisoformat(record.began).timestamp()
    runs = {node.node for node in engine.nodes() if node.state in ("running", "frozen")}
    return tuple(
        node for node in nodes if node not in runs or (engine.history(node).ended_at or 0.0) > since
    )
