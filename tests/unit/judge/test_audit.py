from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.chaos.settling import nobody_works, only_waits_for, unsettled
from sdctl.judge.audit import check
from sdctl.judge.holdings import Backlog, Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.outcome import Outcome
from sdctl.judge.verdict import Verdict

_outcomes = st.sampled_from(get_args(Outcome))
_found = st.builds(
    StoredWrite,
    count=st.integers(0, 3),
    status=st.sampled_from(["accepted", "completed", "failed", None]),
    notifications=st.sampled_from([None, 0, 1, 2]),
)


def written(*outcomes: Outcome) -> Ledger:
    ledger = Ledger("r")
    for number, outcome in enumerate(outcomes):
        ledger.append(Write(f"r-{number}", number, number + 0.5, outcome, f"o-{number}", 7))
    return ledger


def held(found: Mapping[str, StoredWrite], **followers: Mapping[str, StoredWrite]) -> Holdings:
    """By the leader ``s-1``, and by followers such as ``s_2``."""
    copies = [Copy(node="s-1", leads=True, found=found)]
    for name, held in followers.items():
        copies.append(Copy(node=name.replace("_", "-"), leads=False, found=held))
    return Holdings(copies=tuple(copies))


def settled(holdings: Holdings) -> bool:
    return unsettled(holdings, worked_on=True) is None


@pytest.mark.parametrize(
    ("outcome", "found", "lists"),
    [
        ("acknowledged", StoredWrite(count=1, status="completed", notifications=1), set()),
        ("acknowledged", StoredWrite(count=0), {"lost"}),
        ("acknowledged", StoredWrite(count=2), {"duplicated"}),
        ("acknowledged", StoredWrite(count=1, status="accepted", notifications=0), {"unfinished"}),
        (
            "acknowledged",
            StoredWrite(count=1, status="completed", notifications=0),
            {"undelivered"},
        ),
        (
            "acknowledged",
            StoredWrite(count=1, status="failed", notifications=2),
            {"notified_twice", "dead"},
        ),
        ("acknowledged", StoredWrite(count=1, status="failed", notifications=1), {"dead"}),
        ("acknowledged", StoredWrite(count=1, id="o-0"), set()),
        ("acknowledged", StoredWrite(count=1, id="o-9"), {"altered"}),
        (
            "acknowledged",
            StoredWrite(count=1, status="completed", notifications=1, digest=7),
            set(),
        ),
        ("acknowledged", StoredWrite(count=1, digest=8), {"altered"}),
        ("unknown", StoredWrite(count=1, digest=8), {"recovered", "altered"}),
        ("acknowledged", StoredWrite(count=1), set()),
        ("unknown", StoredWrite(count=0), set()),
        ("unknown", StoredWrite(count=1), {"recovered"}),
        ("unknown", StoredWrite(count=2), {"recovered", "duplicated"}),
        ("refused", StoredWrite(count=0), set()),
        ("refused", StoredWrite(count=1), {"broken_promises"}),
        ("refused", StoredWrite(count=2), {"broken_promises", "duplicated"}),
    ],
)
def test_a_write_must_be_judged_by_what_was_promised(
    outcome: Outcome, found: StoredWrite, lists: set[str]
) -> None:
    report = check(written(outcome), held({"r-0": found} if found.count else {}))
    assert {name for name, keys in vars(report).items() if keys == ("r-0",)} == lists


@given(st.lists(st.tuples(_outcomes, _found), max_size=30))
def test_the_report_must_be_set_arithmetic(history: list[tuple[Outcome, StoredWrite]]) -> None:
    ledger = written(*(outcome for outcome, _ in history))
    found = {f"r-{number}": stored for number, (_, stored) in enumerate(history) if stored.count}
    keys = {
        outcome: {write.key for write in ledger if write.outcome == outcome}
        for outcome in get_args(Outcome)
    }
    report = check(ledger, held(found))
    assert set(report.lost) == keys["acknowledged"] - set(found)
    assert set(report.recovered) == keys["unknown"] & set(found)
    assert set(report.broken_promises) == keys["refused"] & set(found)
    assert set(report.duplicated) == {key for key, stored in found.items() if stored.count > 1}
    assert set(report.undelivered) <= keys["acknowledged"] & set(found)
    assert not set(report.undelivered) & set(report.unfinished)
    counted = report.acknowledged + report.refused + report.unknown
    assert counted == len(ledger) == len(history)
    assert list(report.lost) == sorted(report.lost, key=lambda key: int(key.removeprefix("r-")))


@given(st.lists(_outcomes, min_size=1, max_size=50), st.data())
def test_exactly_the_rows_deleted_by_hand_must_be_lost(
    outcomes: list[Outcome], data: st.DataObject
) -> None:
    ledger = written(*outcomes)
    there = [write.key for write in ledger if write.outcome == "acknowledged"]
    deleted = data.draw(st.sets(st.sampled_from(there)) if there else st.just(set()))
    report = check(ledger, held({key: StoredWrite(count=1) for key in there if key not in deleted}))
    assert set(report.lost) == deleted
    assert not report.recovered
    assert not report.duplicated


ONE = StoredWrite(count=1, status="completed", notifications=1)


def test_a_follower_must_be_compared_with_the_leader_of_its_own_store() -> None:
    events = Copy(node="d-1", leads=True, found={"e": ONE})
    found = held({"a": ONE, "b": ONE}, s_2={"b": ONE}, s_3={"a": ONE, "b": ONE})
    both = Holdings(copies=(*found.copies, events))
    assert both.behind() == {"s-2": ("a",), "s-3": ()}
    assert both.found.keys() == {"a", "b", "e"}
    assert not settled(both)


def test_stores_must_be_settled_when_orders_are_done_and_followers_have_them() -> None:
    waits = StoredWrite(count=1, status="accepted", notifications=0)
    assert settled(held({"a": ONE}, s_2={"a": ONE}))
    assert not settled(held({"a": ONE, "b": waits}, s_2={"a": ONE, "b": waits}))
    assert settled(held({"a": ONE, "b": waits}, s_2={"a": ONE}).only({"a"}))


def test_what_is_there_and_in_no_ledger_must_be_named() -> None:
    assert check(written("acknowledged"), held({"r-0": ONE, "r-9": ONE})).unrecorded == ("r-9",)


def test_a_ledger_without_contents_must_still_be_judged_by_its_keys() -> None:
    old = [Write("r-0", 0, 1, "acknowledged", "o")]
    report = check(old, held({"r-0": StoredWrite(count=1, digest=8)}))
    assert report.altered == report.lost == ()


def test_a_follower_that_says_something_else_must_be_behind() -> None:
    leader = {"r-0": StoredWrite(count=1, digest=7), "r-1": StoredWrite(count=1, digest=9)}
    follower = {"r-0": StoredWrite(count=1, digest=7), "r-1": StoredWrite(count=1, digest=8)}
    assert held(leader, s_2=follower).behind() == {"s-2": ("r-1",)}


def test_a_follower_that_was_not_read_must_not_count_as_settled() -> None:
    read = held({"r-0": StoredWrite(count=1, status="completed")})
    assert settled(read)
    assert not settled(Holdings(copies=read.copies, unread={"s-2": "it is exited"}))


def test_a_follower_that_is_down_must_not_be_waited_for() -> None:
    read = held({"r-0": StoredWrite(count=1, status="completed")})
    lacks = Holdings(copies=read.copies, unread={"s-2": "it is exited"})
    assert only_waits_for(lacks, {"s-2"}, worked_on=True)
    assert unsettled(lacks, worked_on=True) == "s-2 could not be read: it is exited"
    assert not only_waits_for(lacks, {"s-3"}, worked_on=True), "it may answer in a moment"
    assert not only_waits_for(read, {"s-2"}, worked_on=True)
    open_ = held({"r-0": StoredWrite(count=1, status="accepted")})
    waits = Holdings(copies=open_.copies, unread=lacks.unread)
    assert not only_waits_for(waits, {"s-2"}, worked_on=True)
    assert unsettled(open_, worked_on=True) == "1 orders were still being worked on"
    assert unsettled(open_, worked_on=False) is None


@pytest.mark.parametrize(
    ("status", "outbox", "queues", "told"),
    [
        ("accepted", 0, {"orders.work": 0, "orders.dead": 3}, True),
        ("accepted", 0, {"orders.work": 1}, False),
        ("accepted", 2, {"orders.work": 0}, False),
        ("accepted", 0, None, False),
        ("completed", 0, {"orders.work": 0}, False),
    ],
)
def test_an_order_whose_message_is_gone_must_be_worked_on_by_nobody(
    status: str, outbox: int, queues: dict[str, int] | None, *, told: bool
) -> None:
    found = {"r-0": StoredWrite(count=1, status=status, notifications=0)}
    remains = Backlog(outbox=outbox, queues=queues)
    assert nobody_works(replace(held(found), remains=remains)) is told


def test_orders_that_nobody_works_on_must_fail_a_run() -> None:
    found = {"r-0": StoredWrite(count=1, status="accepted", notifications=0)}
    remains = Backlog(outbox=0, queues={"orders.work": 0})
    audit = check(written("acknowledged"), replace(held(found), remains=remains))
    verdict = Verdict(run="r", audit=audit, settled=True)
    assert verdict.judgement == "fail"
    assert verdict.why == (
        "1 order was accepted, and no message of theirs is left: nobody works on them"
    )
    assert replace(verdict, settled=False, unsettled="1 orders wait").judgement == "unknown"
