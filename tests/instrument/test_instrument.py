"""Every check that needs no stack, with its real loads and processes that are really frozen; and
the mutation matrix of what must be sent and timed: a checker that is taken away turns it red.

It takes minutes: ``make instrument``, a part of ``make test``. The matrix of what is judged from
writes and holdings alone is in ``tests/unit/selftest``.
"""

from __future__ import annotations

import pytest

from sdctl.selftest.check_runner import prove
from tests.mutations import (
    OFFLINE,
    Mutate,
    due_when_sent,
    longer,
    returning,
    saturated,
    sent_when_due,
    timed,
    uncounted,
    unexpected,
    valued,
    workbench,
)

MATRIX: list[tuple[str, str, Mutate]] = [
    (
        "no answer is refused",
        "recovered",
        returning("sdctl.judge.outcome.of_unanswered", "refused"),
    ),
    ("a 502 is refused", "recovered", returning("sdctl.judge.outcome.of_write", "refused")),
    ("no stale reads", "stale-reads", timed(uncounted)),
    ("no outage", "rto", returning("sdctl.chaos.outages.outage", None)),
    ("one success is recovery", "rto", valued("sdctl.judge.outage.ROW", 1)),
    ("longer outages", "rto", longer),
    ("never saturated", "generator", saturated(False)),
    ("response from the send", "freeze", timed(due_when_sent)),
    ("service from the due moment", "freeze", timed(sent_when_due)),
]


@pytest.mark.parametrize("name", OFFLINE)
def test_with_every_checker_in_place_each_variant_must_be_as_expected(name: str) -> None:
    for _ in range(3):
        # a machine that keeps the service from its work makes it look slow: not three times running
        wrong = unexpected(name)
        if not wrong or not OFFLINE[name].timed:
            break
    assert wrong == {}


@pytest.mark.parametrize(("name", "mutate"), [pytest.param(n, m, id=what) for what, n, m in MATRIX])
def test_a_checker_that_is_taken_away_must_turn_it_red(
    name: str, mutate: Mutate, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert unexpected(name)


def test_a_generator_that_always_calls_itself_late_must_be_no_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saturated(True)(monkeypatch)
    [sound] = [variant for variant in OFFLINE["generator"].variants if variant.sound]
    assert not prove(sound, workbench()).ok


def test_every_check_must_be_in_a_matrix() -> None:
    from tests.unit.selftest.test_selftest_mutations import MATRIX as JUDGED

    assert {name for _, name, _ in (*MATRIX, *JUDGED)} == OFFLINE.keys()
