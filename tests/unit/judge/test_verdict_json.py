"""The verdict as JSON, and a load read back from it."""

from __future__ import annotations

import json
from dataclasses import replace

from judged import FAULT, LOAD, ONCE, OUTAGE, audit

from sdctl.components.band import Band
from sdctl.components.published import Published
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_timing import Timing
from sdctl.judge.holdings import Backlog
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.run_facts import Reads, RunFacts
from sdctl.judge.verdict import Verdict
from sdctl.load.latency import Latency
from sdctl.load.result import LoadResult

LATENCY = Latency(p50=1.0, p90=2.0, p95=2.5, p99=3.0, p999=4.0, max=5.0)


def test_the_json_must_be_that_of_the_interface() -> None:
    found = replace(
        audit(ONCE, ONCE),
        acknowledged=1150,
        refused=20,
        unknown=30,
        behind={"postgres-3": ("a", "b"), "postgres-1": ()},
        remains=Backlog(outbox=0, queues={"orders.dead": 2}),
    )
    verdict = Verdict(
        run="1f2e",
        fault=FAULT,
        load=replace(LOAD, host={"cpu_idle": 0.1, "cpu_steal": 0.0}),
        timing=Timing(
            outage=OUTAGE,
            phases={"detect": 1.0, "elect": 0.5, "promote": 0.3, "reroute": 0.3104},
            failover_s=1.8,
            band=Band(low_s=2, high_s=3, why="two and a bit"),
            published=(Published(name="others", high_s=12, source="their manual"),),
        ),
        audit=found,
        facts=RunFacts(led=True, messages={"failed": 3, "retried": 2, "dead": 1}),
        reads=Reads(answered=108, failed=0, seconds=2.0),
        leader_before="postgres-2",
        leader_after="postgres-1",
        expected=(
            Expectation(
                what="writes lost", low=0.0, high=120.0, why="100 writes/s × 1.2 s", measured=130.0
            ),
        ),
        next_step="Try `sdctl status`: it tells.",
    )
    assert verdict.to_json() == {
        "run": "1f2e",
        "fault": {
            "id": "f-3",
            "kind": "kill-leader",
            "how": "kill",
            "tier": "database",
            "target": "postgres-2",
            "started_at": "2026-11-23T17:00:00.123Z",
            "healed_at": None,
            "healed_by": None,
            "asked": "",
        },
        "verdict": "pass",
        "why": None,
        "passed": "nothing is lost, and every node is well: each of 1,150 acknowledged writes is "
        "there, once; writes stopped for 2.11 s, and go on again; 150 requests failed",
        "effects": [],
        "rto_ms": 2110,
        "rto_resolution_ms": 20,
        "healed_before_ms": None,
        "phases_ms": {"detect": 1000, "elect": 500, "promote": 300, "reroute": 310},
        "phases_remark": None,
        "revoked_ms": None,
        "failover_ms": 1800,
        "predicted": {
            "of": "outage",
            "low_ms": 2000,
            "high_ms": 3000,
            "why": "two and a bit",
            "holds": True,
        },
        "write_ms": None,
        "times_count": True,
        "limit": None,
        "because": None,
        "errors": [],
        "published": [
            {"name": "others", "low_ms": None, "high_ms": 12000, "source": "their manual"}
        ],
        "leader_before": "postgres-2",
        "leader_after": "postgres-1",
        "requests": {"sent": 6000, "ok": 5800, "failed": 150, "unknown": 50},
        "writes": {
            "acknowledged": 1150,
            "refused": 20,
            "unknown": 30,
            "recovered": 1,
            "lost": [],
            "duplicated": [],
            "altered": [],
            "broken_promises": [],
            "unfinished": [],
            "dead": [],
            "undelivered": [],
            "notified_twice": [],
            "unrecorded": [],
            "other_letters": 2,
            "behind": {"postgres-3": 2, "postgres-1": 0},
            "unread": {},
            "remains": {"outbox": 0, "queues": {"orders.dead": 2}},
        },
        "reads": {
            "stale": 0,
            "during_outage": {"answered": 108, "failed": 0, "seconds": 2.0},
        },
        "host": {"cpu_idle": 0.1, "cpu_steal": 0.0},
        "settled": True,
        "ledger_writes": None,
        "complete": True,
        "failover": True,
        "led_after_ms": None,
        "alone": False,
        "came_back": None,
        "ended_by": None,
        "unseen": None,
        "interrupted": False,
        "messages": {"failed": 3, "retried": 2, "dead": 1},
        "expected": [
            {
                "what": "writes lost",
                "low": 0.0,
                "high": 120.0,
                "unit": "",
                "why": "100 writes/s × 1.2 s",
                "measured": 130.0,
                "holds": False,
            }
        ],
        "next_step": "Try `sdctl status`: it tells.",
        "nodes": {"ill_before": {}, "ill_after": {}},
    }


def test_a_stop_that_was_not_asked_for_must_be_null() -> None:
    """A fault that stops no writes has no stop of its own, also where there was a gap beside it."""
    timing = Timing(outage=OUTAGE)
    assert Verdict(run="r", fault=FAULT, timing=timing).to_json()["rto_ms"] is not None
    quiet = Verdict(run="r", fault=FAULT, timing=timing, stops_writes=False)
    assert quiet.to_json()["rto_ms"] is None


def test_what_was_not_measured_must_be_null() -> None:
    value = Verdict(run="r", fault=FAULT).to_json()
    assert value["verdict"] == "unknown"
    assert (
        value["rto_ms"] is value["rto_resolution_ms"] is value["host"] is value["settled"] is None
    )
    for part in ("requests", "writes", "reads"):
        values = value[part]
        assert isinstance(values, dict)
        assert set(values.values()) == {None}
    assert value["failover"] is value["messages"] is None


def test_a_load_must_say_the_same_from_its_file() -> None:
    result = LoadResult(
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
        by_status={504: 30},
        by_error={"timeout": 20},
        response=LATENCY,
        service=LATENCY,
        late_ms_p99=0.4,
        cpu_s=1.0,
    )
    facts = LoadFacts.of_json(json.loads(json.dumps(result.to_json())))
    assert facts.sent == 6000
    # unknown has one meaning, so what got no answer is told apart
    assert (facts.unknown, facts.unanswered) == (50, 20)
