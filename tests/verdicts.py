"""Verdicts as `sdctl chaos --json` ends with them, for tests of what is made from them."""

from __future__ import annotations

from typing import Any


def verdict(rto_ms: float | None = 2000, **changes: Any) -> dict[str, Any]:
    """One that passed; ``changes`` replace members, in ``writes`` for those that are there."""
    writes = {
        "acknowledged": 1000, "refused": 3, "unknown": 2, "recovered": 1, "lost": [],
        "duplicated": [], "broken_promises": [], "unfinished": [], "undelivered": [],
        "notified_twice": [],
    }  # fmt: skip
    value: dict[str, Any] = {
        "run": "r1",
        "fault": {
            "id": "f-1", "kind": "kill-leader", "how": "kill", "tier": "database",
            "target": "postgres-1", "started_at": "2026-11-23T17:00:10.000Z",
            "healed_at": "2026-11-23T17:00:20.000Z",
        },
        "verdict": "pass" if rto_ms is not None else "unknown",
        "rto_ms": rto_ms,
        "rto_resolution_ms": 10,
        "phases_ms": {"detect": 500, "elect": 900, "promote": 400, "reroute": 200},
        "leader_before": "postgres-1",
        "leader_after": "postgres-2",
        "requests": {"sent": 1010, "ok": 1000, "failed": 6, "unknown": 2},
        "writes": writes | {name: changes.pop(name) for name in list(changes) if name in writes},
        "reads": {"stale": 0},
        "host": {"cpu_idle": 0.4, "cpu_steal": 0.01},
        "revoked_ms": None,
        "failover_ms": 1800,
        "predicted": {"of": "outage", "low_ms": 1500, "high_ms": 2500, "why": "lease 2 s",
                      "holds": None if rto_ms is None else 1500 <= rto_ms <= 2500},
        "published": [
            {"name": "RDS Multi-AZ", "low_ms": 60000, "high_ms": 120000, "source": "AWS docs"}
        ],
    }  # fmt: skip
    return value | changes
