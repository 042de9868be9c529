"""The nodes that have ended since a fault began."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sdctl.chaos import record_times
from sdctl.state.fault_record import Record
from sdctl.targets.target import Target


def ended(engine: Target, nodes: Collection[str], record: Record) -> Mapping[str, float | None]:
    """Those of ``nodes`` that have stopped since the fault began, though they may run again; with
    the moment, in seconds of ``time.time()``, where the engine tells it."""
    if not nodes:
        return {}
    since = record_times.wall(record.began)
    runs = {node.node for node in engine.nodes() if node.state in ("running", "frozen")}
    last = {node: engine.history(node).ended_at or 0.0 for node in nodes}
    return {
        node: at if at > since else None
        for node, at in last.items()
        if node not in runs or at > since
    }
