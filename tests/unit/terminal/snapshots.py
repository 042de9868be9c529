"""What a stack looks like at one moment, and what is drawn of it on a terminal of 80 columns."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from rich.console import Console, RenderableType

from sdctl.state.snapshot import Health, NodeStatus, Snapshot, TierStatus


def node(name: str, health: Health = "ok", reason: str = "", **more: Any) -> NodeStatus:
    return NodeStatus(name=name, state="running", health=health, reason=reason, **more)


def tier(*nodes: NodeStatus) -> TierStatus:
    return TierStatus(healthy=all(n.health == "ok" for n in nodes), leader=None, nodes=nodes)


ILL = Snapshot(
    stack="s", profile="lite", healthy=False, at="2026-01-01T10:20:30.5Z",
    tiers={
        "database": tier(
            node("postgres-1", role="leader", facts={"lag_bytes": 2048, "slots": None}),
            node("postgres-2", "failing", "it does not stream"),
        ),
        "lb": tier(node("lb-1", "unknown")),
    },
    faults=({"id": "f-1", "kind": "pause", "target": "lb-1", "tier": "lb",
             "injected_at": "2026-01-01T10:20:30Z", "until": "2026-01-01T10:21:00Z"},),
    left_out={"search": "no Java here"},
)  # fmt: skip


WELL = replace(ILL, healthy=True, tiers={"lb": tier(node("lb-1"))}, faults=(), left_out={})


def shown(what: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(what)
    assert max(len(line.rstrip()) for line in out.getvalue().splitlines()) <= 80
    return out.getvalue()
