"""What a card counts: requests, messages, writes."""

from __future__ import annotations

from dataclasses import replace

from cards import AUDIT, VERDICT, shown

from sdctl.judge.error_answers import ErrorCount
from sdctl.judge.expectation import Expectation
from sdctl.judge.holdings import Backlog
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.takeover import Takeover


def test_what_was_answered_but_left_open_must_not_be_zero_without_an_answer() -> None:
    load = LoadFacts(sent=9, ok=7, failed=0, unknown=2, unanswered=0)
    assert "2 unknown (their answers do not say whether it was done)" in shown(
        replace(VERDICT, load=load)
    )
    load = replace(load, unanswered=2)
    assert "2 unknown (2 got no answer)" in shown(replace(VERDICT, load=load))


def test_requests_that_never_left_must_not_be_called_sent() -> None:
    requests = {"sent": 40_000, "ok": 38, "failed": 36_705, "unknown": 3_257,
                "by_error": {"queue_timeout": 35_221, "timeout": 3_257}}  # fmt: skip
    text = shown(replace(VERDICT, load=LoadFacts.of_json({"requests": requests})))
    assert "40,000 due, 4,779 sent, 38 ok, 36,705 failed, 3,257 unknown" in text
    assert "35,221 × not sent: waited too long" in text
    again = {"requests": requests, "attempts": {"requests_tried_again": 9}}
    for load in (VERDICT.load, LoadFacts.of_json(again)):
        assert " due," not in shown(replace(VERDICT, load=load))


def test_every_count_of_a_card_must_have_its_thousands_apart() -> None:
    many = ("k",) * 1095
    audit = replace(
        AUDIT, acknowledged=1095, refused=1095, unknown=1095, lost=many, recovered=many, dead=many,
        unfinished=many, remains=Backlog(outbox=1095, queues={"orders": 1095, "orders.dead": 1095}),
    )  # fmt: skip
    load = LoadFacts(
        sent=1095, ok=1095, failed=1095, unknown=1095, unanswered=1095, stale_reads=1095,
        errors=(ErrorCount(1095, "503 by app"),),
    )  # fmt: skip
    figure = Expectation(what="dead letters", low=1095, high=2095, why="w", measured=1095)
    facts = RunFacts(messages={"failed": 1095, "retried": 1095, "dead": 1095})
    text = shown(replace(VERDICT, audit=audit, load=load, facts=facts, expected=(figure,)))
    assert text.count("1,095") >= 20
    assert "1095" not in text


def test_a_card_of_messages_must_tell_their_life() -> None:
    assert VERDICT.fault is not None
    text = shown(
        replace(
            VERDICT,
            fault=replace(VERDICT.fault, kind="fail-messages", how="100%", target="2 workers"),
            audit=replace(
                AUDIT, dead=("a",) * 30, remains=Backlog(outbox=0, queues={"orders.dead": 30})
            ),
            facts=RunFacts(
                messages={"failed": 120, "retried": 90, "dead": 30, "retry_delays_s": [1, 4, 16]}
            ),
            leader_before=None,
            stops_writes=False,
        )
    )
    for said in (
        "attempts failed 120, of which 30 were the last one",
        "tried again 90, after 1, 4, 16 s",
        "dead letters 30, not lost: `sdctl dlq replay --all`",
        "still in queues nothing but dead letters",
        "also checked 0 there twice, 0 not what was sent, 0 never notified, 0 notified twice",
    ):
        assert said in text, said
    assert "writes stopped for 20.3s (±" not in text


def test_orders_that_are_not_worked_on_must_not_stand_beside_empty_queues_without_a_word() -> None:
    left = replace(AUDIT, unfinished=("a",) * 230, remains=Backlog(outbox=0, queues={}))
    text = shown(replace(VERDICT, audit=left, settled=False))
    assert "not worked on yet 230" in text
    assert "still in queues nothing: the workers may have the others in hand" in text
    assert "have the others in hand" not in shown(replace(VERDICT, audit=left))


def test_dead_letters_of_other_runs_must_be_said_to_be_that() -> None:
    there = Backlog(outbox=0, queues={"orders.dead": 42})
    own = replace(VERDICT, audit=replace(AUDIT, dead=("a",) * 30, failed=31, remains=there))
    assert "`sdctl dlq replay --all`; 11 more are there, of other runs" in shown(own)
    none = replace(VERDICT, audit=replace(AUDIT, dead=(), remains=there))
    assert "dead letters 0; 42 more are there, of other runs" in shown(none)


def test_a_store_of_a_plug_in_must_have_its_own_name() -> None:
    audit = replace(AUDIT, behind={"postgres-1": (), "whoami-2": ()})
    text = shown(replace(VERDICT, audit=audit))
    assert "followers 1 database and 1 whoami followers: identical to their leaders" in text


def test_a_card_of_lost_writes_must_say_how_far_behind_the_next_leader_was() -> None:
    taken = Takeover(node="postgres-1", lacked_s=3.2, lag_bytes=1_258_291, lag_seconds=3.1)
    text = shown(replace(VERDICT, audit=replace(AUDIT, lost=("k",) * 12), took_over=taken))
    assert (
        "took over postgres-1, which lacked writes of the last 3.2 s and was 1.2 MiB and 3.1 s "
        "behind when the fault began"
    ) in text
