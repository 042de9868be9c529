from __future__ import annotations

from dataclasses import replace

import pytest

from sdctl.ledger import Found, Ledger, LedgerReport, Write, check
from sdctl.load.outage import Outage
from sdctl.load.result import Latency, LoadResult
from sdctl.verdict import FaultFacts, Judgement, Verdict, judge

FAULT = FaultFacts(
    id="f-3",
    kind="kill-leader",
    how="kill",
    tier="database",
    target="postgres-2",
    started_at="2026-11-23T17:00:00.123Z",
    healed_at=None,
)
OUTAGE = Outage(seconds=2.1104, since=5.0, until=7.1104, resolution=0.02)
LATENCY = Latency(p50=1.0, p90=2.0, p99=3.0, p999=4.0, max=5.0)
LOAD = LoadResult(
    workload="orders",
    run="r",
    target_rps=200,
    offered_rps=200,
    achieved_rps=199,
    duration_s=30,
    sent=6000,
    ok=5800,
    failed=150,
    unknown=50,
    by_status={},
    by_error={},
    response=LATENCY,
    service=LATENCY,
    late_ms_p99=0.4,
    cpu_s=1.0,
)


def report(*found: Found) -> LedgerReport:
    """Of an acknowledged, an unknown and a refused write."""
    ledger = Ledger("r")
    ledger.append(Write("a", 0, 1, "acknowledged"))
    ledger.append(Write("u", 0, 1, "unknown"))
    ledger.append(Write("x", 0, 1, "refused"))
    return check(ledger, dict(zip("aux", found, strict=False)))


ONCE, NONE, TWICE = Found(count=1), Found(count=0), Found(count=2)


@pytest.mark.parametrize(
    ("writes", "outage", "verdict"),
    [
        (report(ONCE, ONCE, NONE), OUTAGE, "pass"),
        (report(NONE), OUTAGE, "fail"),
        (report(TWICE), OUTAGE, "fail"),
        (report(ONCE, NONE, ONCE), OUTAGE, "fail"),
        (report(NONE), None, "fail"),
        (report(ONCE), None, "unknown"),
        (None, OUTAGE, "unknown"),
        (None, None, "unknown"),
        (check([], {}), OUTAGE, "unknown"),
    ],
)
def test_a_verdict_must_be_the_worst_of_what_is_known(
    writes: LedgerReport | None, outage: Outage | None, verdict: Judgement
) -> None:
    assert judge(writes, outage) == verdict


def test_the_json_must_be_that_of_the_interface() -> None:
    verdict = Verdict(
        fault=FAULT,
        load=LOAD,
        outage=OUTAGE,
        writes=replace(report(ONCE, ONCE), acknowledged=1150, refused=20, unknown=30),
        leader_before="postgres-2",
        leader_after="postgres-1",
        stale_reads=0,
    )
    assert verdict.to_json() == {
        "fault": {
            "id": "f-3",
            "kind": "kill-leader",
            "how": "kill",
            "tier": "database",
            "target": "postgres-2",
            "started_at": "2026-11-23T17:00:00.123Z",
            "healed_at": None,
        },
        "verdict": "pass",
        "rto_ms": 2110,
        "rto_resolution_ms": 20,
        "phases_ms": {"detect": None, "elect": None, "promote": None, "reroute": None},
        "leader_before": "postgres-2",
        "leader_after": "postgres-1",
        "requests": {"sent": 6000, "ok": 5800, "failed": 150, "unknown": 50},
        "writes": {
            "acknowledged": 1150,
            "refused": 20,
            "unknown": 30,
            "lost": [],
            "recovered": 1,
            "duplicated": [],
        },
        "reads": {"stale": 0},
    }


def test_what_was_not_measured_must_be_null() -> None:
    json = Verdict(fault=FAULT).to_json()
    assert json["verdict"] == "unknown"
    assert json["rto_ms"] is json["rto_resolution_ms"] is None
    for part in ("requests", "writes", "reads"):
        values = json[part]
        assert isinstance(values, dict)
        assert set(values.values()) == {None}
