"""The verdict in words: pass, fail or unknown, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judged import FAULT, GOOD, LOAD, NONE, ONCE, OUTAGE, TIMING, TWICE, audit

from sdctl.components.band import Band
from sdctl.judge.audit import Audit, check
from sdctl.judge.expectation import DEAD_LETTERS, Expectation
from sdctl.judge.fault_timing import Timing
from sdctl.judge.holdings import Backlog, Holdings
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.seen_effect import SeenEffect
from sdctl.judge.verdict import Judgement, Verdict
from sdctl.terminal.writes import rows


def with_letters(count: int | None) -> Audit:
    """One order that finally failed, and so many letters in the queue of dead ones."""
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


def test_a_letter_that_may_be_of_another_order_must_not_stand_for_one_that_was_promised() -> None:
    """One was acknowledged, one is unknown, both finally failed: one letter is of either."""
    failed = replace(ONCE, status="failed")
    for letters, judgement in ((1, "unknown"), (2, "pass")):
        found = replace(
            audit(failed, failed, NONE),
            remains=Backlog(outbox=0, queues={"orders.dead": letters}),
        )
        assert (found.failed, len(found.dead)) == (2, 1)
        verdict = Verdict(run="r", audit=found)
        assert verdict.judgement == judgement
        kept = dict(rows(verdict))["dead letters"]
        assert ("not lost" in kept) == (judgement == "pass"), kept


def test_a_pass_must_not_contradict_its_own_figures() -> None:
    long = replace(TIMING, outage=replace(OUTAGE, seconds=35.6))
    verdict = Verdict(
        run="r", fault=FAULT, audit=GOOD, timing=long, load=replace(LOAD, failed=2849)
    )
    assert verdict.passed is not None
    assert "writes stopped for 35.6 s, and go on again; 2,849 requests failed" in verdict.passed
    full = replace(verdict, load=replace(LOAD, failed=1, limit="machine"))
    assert full.passed is not None
    assert (
        "writes stopped and go on again; how long does not count, as this machine was too busy; "
        "1 request failed"
    ) in full.passed
    own = replace(verdict, load=replace(LOAD, limit="cpu"))
    assert "how long does not count, as the generator was the limit" in str(own.passed)
    short = replace(TIMING, outage=replace(OUTAGE, seconds=0.4))
    went_on = Verdict(run="r", fault=FAULT, audit=GOOD, timing=short).passed
    assert went_on is not None
    assert went_on.startswith("nothing is lost, and every node is well: each of ")
    assert went_on.endswith("; writes stopped for 400 ms, and go on again")
    for quiet in (
        Verdict(run="r", fault=FAULT, audit=GOOD, timing=short, stops_writes=False),
        Verdict(run="r", fault=FAULT, audit=GOOD,
                timing=replace(TIMING, outage=replace(OUTAGE, seconds=0.0))),
    ):  # fmt: skip
        assert str(quiet.passed).endswith("; writes go on"), "no stop was looked for, or none seen"


def test_a_pass_must_say_how_many_orders_failed_for_good_and_that_each_is_kept() -> None:
    remains = Backlog(outbox=0, queues={"orders.dead": 2})
    failed = replace(GOOD, dead=("a", "b"), failed=2, remains=remains)
    verdict = Verdict(run="r", fault=FAULT, audit=failed, timing=TIMING)
    assert verdict.passed is not None
    assert "; 2 orders finally failed: each of them is a dead letter; " in verdict.passed
    asked = Expectation(what=DEAD_LETTERS, low=1, high=3, why="", measured=2)
    assert "finally failed, as predicted: " in str(replace(verdict, expected=(asked,)).passed)
    missed = replace(asked, high=1)
    assert "as predicted" not in str(replace(verdict, expected=(missed,)).passed)
    one = replace(verdict, audit=replace(failed, dead=("a",)))
    assert "1 order finally failed: it is a dead letter" in str(one.passed)


def test_an_effect_that_could_not_be_told_must_be_unknown_and_say_what_to_do() -> None:
    effect = SeenEffect(what="CPU", asked=20.0, seen=15.0, unit="%", holds=None, why="it was full")
    verdict = Verdict(run="r", fault=FAULT, audit=GOOD, facts=RunFacts(effects=(effect,)))
    assert verdict.judgement == "unknown"
    assert "could not be told" in str(verdict.why)
    assert "it was full" in str(verdict.why)
    assert verdict.advice.startswith("Stop what else runs on this machine")
    both = replace(verdict, facts=RunFacts(effects=(effect, replace(effect, what="CPU of app-2"))))
    assert str(both.why).count("it was full") == 1, "each effect has a row of its own"
    assert "asked" not in str(both.why)
    failed = replace(verdict, facts=RunFacts(effects=(replace(effect, holds=False),)))
    assert failed.judgement == "fail"


def test_error_answers_must_name_tier_and_reason_with_their_count() -> None:
    answers = [{"status": 503, "by": "app", "dependency": "database", "why": "no free connection",
                "count": 74}]  # fmt: skip
    requests = {"sent": 80, "ok": 1, "failed": 79, "unknown": 0, "error_answers": answers,
                "by_error": {"refused": 5, "timeout": 9}}  # fmt: skip
    assert tuple(map(str, LoadFacts.of_json({"requests": requests}).errors)) == (
        "74 × 503 by app, for database: no free connection",
        "5 × not sent: nobody listened at the address",
    )
    requests["by_error"] = {"unsent": 6, "refused": 500}
    assert [error.count for error in LoadFacts.of_json({"requests": requests}).errors] == [
        500, 74, 6,
    ], "a card has the first three kinds"  # fmt: skip


def test_a_failover_that_never_came_must_be_told_with_what_was_expected() -> None:
    band = Band(low_s=2.5, high_s=4.4, why="", of="failover")
    late = Verdict(
        run="r",
        fault=FAULT,
        audit=GOOD,
        timing=replace(TIMING, band=band),
        facts=RunFacts(led=False, lasted_s=60),
    )
    assert late.why == "no failover in 1 min, 2.5 to 4.4 s predicted"
    early = replace(late, facts=RunFacts(led=False, lasted_s=2))
    assert early.judgement == "unknown"
    assert early.why == "no failover in 2 s, 2.5 to 4.4 s predicted: --for was too short"


def test_what_could_not_be_seen_must_not_count_as_ill() -> None:
    blind = RunFacts(unseen="no observer is running", ill_after={"app-1": "running"})
    why = Verdict(run="r", audit=GOOD, facts=blind).why
    assert why == "for a while nothing could be seen: no observer is running"


def test_an_unknown_must_say_what_could_not_be_read() -> None:
    unread = Verdict(run="r", settled=False, unsettled="the database has no leader right now")
    assert unread.why == "the writes could not be read back: the database has no leader right now"


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


def test_a_time_must_not_be_compared_where_another_fault_was_on_meanwhile() -> None:
    band = Band(low_s=0.2, high_s=4, why="")
    slow = Timing(outage=replace(OUTAGE, seconds=47.1), band=band)
    day = replace(slow, meanwhile="f-5 partition")
    assert (slow.as_predicted, day.as_predicted) == (False, None)
    told = day.to_json(holds=day.as_predicted)["predicted"]
    assert isinstance(told, dict)
    assert (told["holds"], told["meanwhile"]) == (None, "f-5 partition")
    assert "meanwhile" not in (slow.to_json(holds=False)["predicted"] or ())  # type: ignore[operator]


def test_what_to_do_next_must_fit_why_it_is_unknown() -> None:
    early = RunFacts(lasted_s=1.0, ended_by="sdctl chaos heal")
    verdict = Verdict(run="r", fault=FAULT, audit=GOOD, timing=TIMING, facts=early)
    assert verdict.judgement == "unknown"
    assert verdict.advice == "Run the same command again, and let the fault last to its end."
    ill = replace(verdict, facts=replace(early, ill_after={"app-1": "failing"}))
    assert ill.advice.startswith("`sdctl status` shows what is not well.")
    killed = replace(ill, facts=replace(ill.facts, ended_by=None, unwritten="it was killed"))
    assert killed.advice == "Run the same command again, and let it come to its end."


def test_what_to_do_next_must_be_about_the_failure_where_it_failed() -> None:
    halted = RunFacts(interrupted=True)
    verdict = Verdict(run="r", fault=FAULT, audit=audit(NONE), timing=TIMING, facts=halted)
    assert verdict.judgement == "fail"
    assert verdict.advice.startswith("`sdctl --json verdict r` names these writes")
    assert replace(verdict, audit=GOOD).advice.startswith("Run the same command again")


def test_where_every_node_is_well_nobody_must_be_sent_to_look_who_is_not() -> None:
    late = Verdict(run="r", fault=FAULT, audit=GOOD, timing=TIMING, settled=False)
    assert late.judgement == "unknown"
    assert late.advice.startswith("`sdctl verdict r` reads the stores again.")
    unseen = replace(late, settled=True, timing=Timing())
    assert unseen.judgement == "unknown"
    assert unseen.advice.startswith("`sdctl report r` shows")


def test_writes_that_waited_for_a_leader_that_nobody_could_replace_must_say_so() -> None:
    step = "Try `sdctl up --set consensus.nodes=3`, then the same fault: somebody can take over."
    stranded = RunFacts(lasted_s=57.0, alone=True, came_back=False)
    verdict = Verdict(run="r", fault=FAULT, audit=GOOD, facts=stranded, next_step=step)
    assert verdict.judgement == "fail"
    assert verdict.why == (
        "nobody could take over from postgres-2, so writes did not come back by themselves in 57 s"
    )
    outage = Outage(seconds=55.8, since=3.0, until=58.8, resolution=0.01)
    told = replace(verdict, timing=Timing(outage=outage))
    assert str(told.why).endswith("writes came back only when the fault was healed, after 55.8 s")
    alive = replace(told, facts=replace(stranded, alone=False))
    assert alive.why == "writes came back only when the fault was healed, after 55.8 s"
    assert verdict.advice == step
    lost = replace(verdict, audit=audit(NONE))
    assert lost.advice.startswith("`sdctl --json verdict r` names these writes")


def test_several_effects_must_be_counted_above_as_each_has_a_row() -> None:
    """Of a cache that is emptied there is one a primary."""

    def told(*holds: bool | None) -> str:
        seen = [
            SeenEffect(what=f"left in redis-{n}", asked=0.0, seen=4.0, unit="keys", holds=held,
                       why=f"reason {n}")
            for n, held in enumerate(holds, 1)
        ]  # fmt: skip
        return str(Verdict(run="r", fault=FAULT, audit=GOOD, facts=RunFacts(effects=(*seen,))).why)

    assert told(False, False, True).endswith("healed: 2 of its 3 effects were not there")
    assert told(False, True).endswith(
        "healed: left in redis-1: asked 0 keys, seen 4 keys: reason 1"
    )
    assert "could not be told: 2 of its 2 effects were not seen" in told(None, None)


@pytest.mark.parametrize(
    ("complete", "said"), [(True, "were not seen to come back"), (False, "ledger was cut off")]
)
def test_of_a_cut_ledger_no_stop_of_writes_must_be_claimed(complete: bool, said: str) -> None:
    cut = Verdict(run="r", fault=FAULT, load=LOAD, audit=GOOD, complete=complete)
    assert said in str(cut.why)
