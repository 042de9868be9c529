from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sdctl.components.band import Band
from sdctl.components.published import Published
from sdctl.judge.audit import Audit, check
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.holdings import Backlog, Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import Reads, RunFacts
from sdctl.judge.seen_effect import SeenEffect
from sdctl.judge.verdict import Judgement, Verdict
from sdctl.load.result import Latency, LoadResult

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
TIMING = Timing(outage=OUTAGE)
LATENCY = Latency(p50=1.0, p90=2.0, p95=2.5, p99=3.0, p999=4.0, max=5.0)
LOAD = LoadFacts(sent=6000, ok=5800, failed=150, unknown=50, stale_reads=0)


def audit(*found: StoredWrite) -> Audit:
    """Of an acknowledged, an unknown and a refused write."""
    ledger = Ledger("r")
    ledger.append(Write("a", 0, 1, "acknowledged"))
    ledger.append(Write("u", 0, 1, "unknown"))
    ledger.append(Write("x", 0, 1, "refused"))
    keys = dict(zip("aux", found, strict=False))
    there = {key: each for key, each in keys.items() if each.count}
    return check(ledger, Holdings(copies=(Copy(node="s-1", leads=True, found=there),)))


ONCE, NONE, TWICE = StoredWrite(count=1), StoredWrite(count=0), StoredWrite(count=2)
GOOD = audit(ONCE)


def with_letters(count: int | None) -> Audit:
    """One order that failed for good, and so many letters in the queue of dead ones."""
    queues = None if count is None else {"orders.dead": count}
    return replace(GOOD, dead=("z",), remains=Backlog(outbox=0, queues=queues))


@pytest.mark.parametrize(
    ("verdict", "judgement"),
    [
        (Verdict(run="r", fault=FAULT, audit=audit(ONCE, ONCE, NONE), timing=TIMING), "pass"),
        (Verdict(run="r", fault=FAULT, audit=audit(NONE), timing=TIMING), "fail"),
        (Verdict(run="r", fault=FAULT, audit=audit(TWICE), timing=TIMING), "fail"),
        (Verdict(run="r", fault=FAULT, audit=audit(ONCE, NONE, ONCE), timing=TIMING), "fail"),
        (Verdict(run="r", fault=FAULT, audit=audit(NONE)), "fail"),
        (Verdict(run="r", fault=FAULT, audit=GOOD), "unknown"),
        (Verdict(run="r", fault=FAULT, timing=TIMING), "unknown"),
        (Verdict(run="r", fault=FAULT), "unknown"),
        (Verdict(run="r", audit=check([], Holdings(copies=()))), "unknown"),
        (Verdict(run="r", audit=GOOD), "pass"),
        (Verdict(run="r", audit=GOOD, settled=False), "unknown"),
        (Verdict(run="r", audit=audit(NONE), settled=False), "fail"),
        (Verdict(run="r", audit=GOOD, load=LOAD), "pass"),
        (Verdict(run="r", audit=GOOD, load=replace(LOAD, stale_reads=1)), "fail"),
        (Verdict(run="r", audit=GOOD, load=replace(LOAD, stale_reads=None)), "pass"),
        (Verdict(run="r", audit=replace(GOOD, unrecorded=("z",))), "fail"),
        (Verdict(run="r", audit=replace(GOOD, undelivered=("z",))), "fail"),
        (Verdict(run="r", audit=replace(GOOD, notified_twice=("z",))), "fail"),
        (Verdict(run="r", audit=replace(GOOD, altered=("z",))), "fail"),
        (Verdict(run="r", audit=with_letters(1)), "pass"),
        (Verdict(run="r", audit=with_letters(0)), "unknown"),
        (Verdict(run="r", audit=with_letters(None)), "unknown"),
        (Verdict(run="r", audit=GOOD, facts=RunFacts(ill_after={"redis-2": "x"})), "unknown"),
        (Verdict(run="r", audit=GOOD, facts=RunFacts(led=False, lasted_s=60)), "fail"),
        (Verdict(run="r", audit=GOOD, facts=RunFacts(came_back=False, lasted_s=60)), "fail"),
        (Verdict(run="r", audit=GOOD, facts=RunFacts(unseen="x", led=False)), "unknown"),
        (Verdict(run="r", audit=GOOD, facts=RunFacts(interrupted=True)), "unknown"),
        (Verdict(run="r", audit=replace(GOOD, unrecorded=("z",)), complete=False), "pass"),
    ],
)
def test_a_verdict_must_be_the_worst_of_what_is_known(
    verdict: Verdict, judgement: Judgement
) -> None:
    assert verdict.judgement == judgement
    assert (verdict.why is None) == (judgement == "pass"), "every other word says why"


def test_a_pass_must_not_contradict_its_own_figures() -> None:
    long = replace(TIMING, outage=replace(OUTAGE, seconds=35.6))
    verdict = Verdict(
        run="r", fault=FAULT, audit=GOOD, timing=long, load=replace(LOAD, failed=2849)
    )
    assert verdict.passed is not None
    assert "writes stopped for 35.6s, and go on again; 2849 requests failed" in verdict.passed
    full = replace(verdict, load=replace(LOAD, failed=1, limit="machine"))
    assert full.passed is not None
    assert "writes stopped, and go on again; 1 request failed" in full.passed
    short = replace(TIMING, outage=replace(OUTAGE, seconds=0.4))
    went_on = Verdict(run="r", fault=FAULT, audit=GOOD, timing=short).passed
    assert went_on is not None
    assert "; writes go on; every node is well" in went_on


def test_an_effect_that_could_not_be_told_must_be_unknown_and_say_what_to_do() -> None:
    effect = SeenEffect(what="CPU", asked=20.0, seen=15.0, unit="%", holds=None, why="it was full")
    verdict = Verdict(run="r", fault=FAULT, audit=GOOD, facts=RunFacts(effects=(effect,)))
    assert verdict.judgement == "unknown"
    assert "could not be told" in str(verdict.why)
    assert "it was full" in str(verdict.why)
    assert verdict.advice.startswith("Stop what else runs on this machine")
    failed = replace(verdict, facts=RunFacts(effects=(replace(effect, holds=False),)))
    assert failed.judgement == "fail"


def test_error_answers_must_name_tier_and_reason_with_their_count() -> None:
    answers = [{"status": 503, "by": "app", "dependency": "database", "why": "no free connection",
                "count": 74}]  # fmt: skip
    requests = {"sent": 80, "ok": 1, "failed": 79, "unknown": 0, "error_answers": answers,
                "by_error": {"refused": 5, "timeout": 9}}  # fmt: skip
    assert LoadFacts.of_json({"requests": requests}).errors == (
        "74 × 503 by app, for database: no free connection",
        "5 × not sent: refused",
    )


def test_a_failover_that_never_came_must_be_told_with_what_was_expected() -> None:
    band = Band(low_s=2.5, high_s=4.4, why="", of="failover")
    late = Verdict(
        run="r",
        fault=FAULT,
        audit=GOOD,
        timing=replace(TIMING, band=band),
        facts=RunFacts(led=False, lasted_s=60),
    )
    assert late.why == "no failover in 1m, 2.5 to 4.4 s expected"
    early = replace(late, facts=RunFacts(led=False, lasted_s=2))
    assert early.judgement == "unknown"
    assert early.why == "no failover in 2s, 2.5 to 4.4 s expected: --for was too short"


def test_what_could_not_be_seen_must_not_count_as_ill() -> None:
    blind = RunFacts(unseen="no observer is running", ill_after={"app-1": "running"})
    why = Verdict(run="r", audit=GOOD, facts=blind).why
    assert why == "for a while nothing could be seen: no observer is running"


def test_an_unknown_must_say_what_could_not_be_read() -> None:
    unread = Verdict(run="r", settled=False, unsettled="the database has no leader right now")
    assert unread.why == "the writes could not be read back: the database has no leader right now"


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
        "effects": [],
        "rto_ms": 2110,
        "rto_resolution_ms": 20,
        "phases_ms": {"detect": 1000, "elect": 500, "promote": 300, "reroute": 310},
        "revoked_ms": None,
        "failover_ms": 1800,
        "predicted": {
            "of": "outage",
            "low_ms": 2000,
            "high_ms": 3000,
            "why": "two and a bit",
            "holds": True,
        },
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


def test_a_measurement_must_be_held_against_what_was_predicted_of_it() -> None:
    outage = Band(low_s=2, high_s=3, why="")
    own = Band(low_s=1, high_s=2, why="", of="failover")
    assert Timing(outage=OUTAGE, band=outage).as_predicted
    assert Timing(outage=OUTAGE, band=Band(low_s=3, high_s=4, why="")).as_predicted is False
    assert Timing(outage=OUTAGE, failover_s=1.5, band=own).as_predicted
    assert Timing(outage=OUTAGE, failover_s=2.5, band=own).as_predicted is False
    assert Timing(outage=OUTAGE, band=own).as_predicted is None
    assert Timing(failover_s=1.5, band=outage).as_predicted is None
    assert Timing(outage=OUTAGE).as_predicted is None
