from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.ledger import Found, Ledger, Write, check
from sdctl.load.outcome import Outcome

_outcomes = st.sampled_from(get_args(Outcome))
_found = st.builds(
    Found,
    count=st.integers(0, 3),
    status=st.sampled_from(["accepted", "completed", "failed", None]),
    notifications=st.sampled_from([None, 0, 1, 2]),
)


def written(*outcomes: Outcome) -> Ledger:
    ledger = Ledger("r")
    for number, outcome in enumerate(outcomes):
        ledger.append(Write(f"r-{number}", number, number + 0.5, outcome, f"o-{number}"))
    return ledger


def test_what_was_written_must_be_read_back() -> None:
    ledger = written("acknowledged", "refused", "unknown")
    assert list(ledger)[1] == Write("r-1", 1, 1.5, "refused", "o-1")
    assert len(ledger) == 3
    assert ledger.count("unknown") == 1
    assert ledger.acknowledged_at() == [0.5]
    assert ledger.failures_sent_at() == [1.0, 2.0]


def test_rows_must_carry_a_ledger_to_another_process() -> None:
    ledger = written("acknowledged", "refused", "unknown")
    other = Ledger("r")
    other.extend(ledger.rows(0))
    other.extend(ledger.rows(3))
    assert list(other) == list(ledger)
    assert len(ledger.rows(2).keys) == 1


def test_the_file_must_hold_each_write_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger("r", path=path)
    ledger.append(Write("r-0", ledger.started_at + 1, ledger.started_at + 1.5, "acknowledged", "o"))
    ledger.flush()
    ledger.flush()
    ledger.append(Write("r-1", ledger.started_at + 2, ledger.started_at + 12, "unknown"))
    ledger.close()
    ledger.close()
    head, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert head == {"run": "r", "started_at": ledger.started_wall}
    assert lines == [
        {"key": "r-0", "sent_s": 1, "done_s": 1.5, "outcome": "acknowledged", "order_id": "o"},
        {"key": "r-1", "sent_s": 2, "done_s": 12, "outcome": "unknown", "order_id": None},
    ]


@pytest.mark.parametrize(
    ("outcome", "found", "lists"),
    [
        ("acknowledged", Found(count=1, status="completed", notifications=1), set()),
        ("acknowledged", Found(count=0), {"lost"}),
        ("acknowledged", Found(count=2), {"duplicated"}),
        ("acknowledged", Found(count=1, status="accepted", notifications=0), {"unfinished"}),
        ("acknowledged", Found(count=1, status="completed", notifications=0), {"undelivered"}),
        ("acknowledged", Found(count=1, status="failed", notifications=2), {"notified_twice"}),
        ("acknowledged", Found(count=1), set()),
        ("unknown", Found(count=0), set()),
        ("unknown", Found(count=1), {"recovered"}),
        ("unknown", Found(count=2), {"recovered", "duplicated"}),
        ("refused", Found(count=0), set()),
        ("refused", Found(count=1), {"broken_promises"}),
        ("refused", Found(count=2), {"broken_promises", "duplicated"}),
    ],
)
def test_a_write_must_be_judged_by_what_was_promised(
    outcome: Outcome, found: Found, lists: set[str]
) -> None:
    report = check(written(outcome), {"r-0": found})
    assert {name for name, keys in vars(report).items() if keys == ("r-0",)} == lists


@given(st.lists(st.tuples(_outcomes, _found), max_size=30))
def test_the_report_must_be_set_arithmetic(history: list[tuple[Outcome, Found]]) -> None:
    ledger = written(*(outcome for outcome, _ in history))
    found = {f"r-{number}": each for number, (_, each) in enumerate(history) if each.count}
    keys = {
        outcome: {write.key for write in ledger if write.outcome == outcome}
        for outcome in get_args(Outcome)
    }
    report = check(ledger, found)
    assert set(report.lost) == keys["acknowledged"] - set(found)
    assert set(report.recovered) == keys["unknown"] & set(found)
    assert set(report.broken_promises) == keys["refused"] & set(found)
    assert set(report.duplicated) == {key for key, each in found.items() if each.count > 1}
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
    report = check(ledger, {key: Found(count=1) for key in there if key not in deleted})
    assert set(report.lost) == deleted
    assert not report.recovered
    assert not report.duplicated
