"""Mutations of the instrument's checkers: each takes one away, or makes it always complain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sdctl.judge.audit import Audit
from sdctl.judge.outage import outage
from sdctl.load.connection import Exchange
from sdctl.load.tally import Tally
from sdctl.selftest.bench import Bench, Pace
from sdctl.selftest.checks.check import Check, all_checks
from sdctl.selftest.finding import Finding
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
    from sdctl.judge.audit import check

    def mutated(*args: Any) -> Audit:
        audit = check(*args)
        return replace(audit, **{name: change(audit) for name, change in changes.items()})

    return lambda patch: patch.setattr("sdctl.judge.audit.check", mutated)


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
    return valued("sdctl.judge.verdict.Verdict.judgement", property(lambda self: word))


def saturated(value: bool) -> Mutate:
    return valued("sdctl.load.result.LoadResult.saturated", property(lambda self: value))


def sent_when_due(exchange: Exchange) -> None:
    exchange.sent_at = exchange.due_at


def due_when_sent(exchange: Exchange) -> None:
    exchange.due_at = exchange.sent_at


def findings(check: Check) -> dict[str, Finding]:
    """Each variant's; skipped where this machine is too busy to tell."""
    found = {each.name: prove(each, bench()) for each in check.variants}
    if any(each.expected == "an idle machine" for each in found.values()):
        pytest.skip("this machine is too busy to tell")
    return found
