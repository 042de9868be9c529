"""The mutation matrix: a checker that is taken away, or that always complains, turns it red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sdctl.audit import Audit
from sdctl.load.connection import Exchange
from sdctl.load.outage import outage
from sdctl.load.tally import Tally
from sdctl.selftest.bench import Bench, Pace
from sdctl.selftest.checks.check import Check, all_checks
from sdctl.selftest.run import prove

PACE = Pace(silence_s=0.4, silences=1, freeze_s=0.2, freeze_run_s=2.0, pauses=1)
OFFLINE = {each.name: each for each in all_checks() if not each.live}
Mutate = Callable[[pytest.MonkeyPatch], None]


def bench() -> Bench:
    return Bench(pace=PACE, say=lambda text: None)


def returning(path: str, value: object) -> Mutate:
    """What is at ``path`` is a function no more but a constant."""
    return lambda patch: patch.setattr(path, lambda *args, **kwargs: value)


def valued(path: str, value: object) -> Mutate:
    return lambda patch: patch.setattr(path, value)


def audited(**changes: Callable[[Audit], object]) -> Mutate:
    """The audit with members as ``changes`` make them."""
    from sdctl.audit import check

    def mutated(*args: Any) -> Audit:
        audit = check(*args)
        return replace(audit, **{name: change(audit) for name, change in changes.items()})

    return lambda patch: patch.setattr("sdctl.audit.check", mutated)


def blind(*names: str) -> Mutate:
    return audited(**dict.fromkeys(names, lambda audit: ()))


def jumpy(*names: str) -> Mutate:
    return audited(**dict.fromkeys(names, lambda audit: ("another",)))


def timed(change: Callable[[Exchange], None]) -> Mutate:
    """Answers are tallied after ``change`` had its way with them."""
    answered = Tally.answered

    def mutated(self: Tally, exchange: Exchange, *rest: Any) -> None:
        change(exchange)
        answered(self, exchange, *rest)

    return lambda patch: patch.setattr(Tally, "answered", mutated)


def uncounted(exchange: Exchange) -> None:
    """A read that is of nothing in particular cannot be stale."""
    if exchange.request.kind == "read":
        exchange.request = exchange.request._replace(key="")


def longer(patch: pytest.MonkeyPatch) -> None:
    """Outages are two usual gaps longer than they were."""

    def mutated(*args: Any, **more: Any) -> object:
        found = outage(*args, **more)
        return found and replace(found, seconds=found.seconds + 2 * found.resolution)

    patch.setattr("sdctl.chaos.judging.outage", mutated)


def said(word: str) -> Mutate:
    return valued("sdctl.verdict.Verdict.judgement", property(lambda self: word))


def saturated(value: bool) -> Mutate:
    return valued("sdctl.load.result.LoadResult.saturated", property(lambda self: value))


def sent_when_due(exchange: Exchange) -> None:
    exchange.sent_at = exchange.due_at


def due_when_sent(exchange: Exchange) -> None:
    exchange.due_at = exchange.sent_at


AUDITED = {
    "lost": ("lost",),
    "duplicated": ("duplicated",),
    "broken-promise": ("broken_promises",),
    "recovered": ("recovered",),
    "delivery": ("notified_twice", "undelivered", "unfinished"),
    "unrecorded": ("unrecorded",),
}
MATRIX: list[tuple[str, str, Mutate]] = [
    *((f"no {n}", name, blind(n)) for name, names in AUDITED.items() for n in names),
    *((f"always {n}", name, jumpy(n)) for name, names in AUDITED.items() for n in names),
    ("no behind", "behind", audited(behind=lambda audit: {})),
    ("always behind", "behind", audited(behind=lambda audit: {"reference-2": ("another",)})),
    ("unknown is lost", "recovered", audited(lost=lambda audit: audit.recovered)),
    ("no answer is refused", "recovered", returning("sdctl.load.outcome.of_unanswered", "refused")),
    ("a 502 is refused", "recovered", returning("sdctl.load.outcome.of_write", "refused")),
    ("no stale reads", "stale-reads", timed(uncounted)),
    ("no outage", "rto", returning("sdctl.chaos.judging.outage", None)),
    ("one success is recovery", "rto", valued("sdctl.load.outage.ROW", 1)),
    ("longer outages", "rto", longer),
    ("never saturated", "generator", saturated(False)),
    ("always saturated", "generator", saturated(True)),
    ("response from the send", "freeze", timed(due_when_sent)),
    ("service from the due moment", "freeze", timed(sent_when_due)),
    ("no proof of healing", "unhealed", returning("sdctl.chaos.healing._prove", None)),
    ("healed and still listed", "unhealed", returning("sdctl.chaos.log.close_record", None)),
    ("always pass", "judgement", said("pass")),
    ("always fail", "judgement", said("fail")),
    ("always unknown", "judgement", said("unknown")),
]


def red(check: Check) -> bool:
    """Whether any variant is not as expected."""
    return any(not prove(variant, bench()).ok for variant in check.variants)


@pytest.mark.parametrize("name", OFFLINE)
def test_with_every_checker_in_place_each_variant_must_be_as_expected(name: str) -> None:
    findings = {each.name: prove(each, bench()) for each in OFFLINE[name].variants}
    assert {name: each for name, each in findings.items() if not each.ok} == {}


@pytest.mark.parametrize(("name", "mutate"), [pytest.param(n, m, id=what) for what, n, m in MATRIX])
def test_a_checker_that_is_taken_away_must_turn_it_red(
    name: str, mutate: Mutate, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert red(OFFLINE[name])


def test_every_check_must_be_in_the_matrix() -> None:
    assert {name for _, name, _ in MATRIX} == OFFLINE.keys()
