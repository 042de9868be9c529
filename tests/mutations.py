"""Mutations of the instrument's checkers: each takes one away, or makes it always complain."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest

from sdctl.judge.audit import Audit
from sdctl.judge.ledger import Ledger
from sdctl.judge.outage import outage
from sdctl.load.exchange import Exchange
from sdctl.load.tally import Tally
from sdctl.selftest.check_runner import prove
from sdctl.selftest.checks.check import all_checks
from sdctl.selftest.finding import Finding
from sdctl.selftest.reference import Service
from sdctl.selftest.reference_process import holdings_of
from sdctl.selftest.workbench import WRITES, Durations, Recorded, Workbench, keys
from sdctl.workloads.orders import OrdersOnly
from sdctl.workloads.workload import Feedback

DURATIONS = Durations(silence_s=0.4, silences=1, freeze_s=0.2, freeze_run_s=2.0, pauses=1)
OFFLINE = {check.name: check for check in all_checks() if not check.live}
Mutate = Callable[[pytest.MonkeyPatch], None]


def workbench() -> Workbench:
    return Workbench(durations=DURATIONS, say=lambda text: None)


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

    patch.setattr("sdctl.chaos.outages.outage", mutated)


def said(word: str) -> Mutate:
    return valued("sdctl.judge.verdict.Verdict.judgement", property(lambda self: word))


def saturated(value: bool) -> Mutate:
    return valued("sdctl.load.result.LoadResult.saturated", property(lambda self: value))


def sent_when_due(exchange: Exchange) -> None:
    exchange.sent_at = exchange.due_at


def due_when_sent(exchange: Exchange) -> None:
    exchange.due_at = exchange.sent_at


def findings(name: str) -> dict[str, Finding]:
    """Those of a check's variants by name; skipped where this machine is too busy to tell."""
    found = {variant.name: prove(variant, workbench()) for variant in OFFLINE[name].variants}
    if any(finding.busy for finding in found.values()):
        pytest.skip("this machine is too busy to tell")
    return found


def unexpected(name: str) -> dict[str, Finding]:
    """What a check says of its variants that is not as expected."""
    return {variant: finding for variant, finding in findings(name).items() if not finding.ok}


def answered(wrong: Mapping[str, Sequence[int]], deleted: Sequence[int] = ()) -> Recorded:
    """As ``workbench.recorded``, without a process, a socket or a second of waiting: the reference
    service answers at once what the generator's workload asks, and its tally writes it down."""
    run = "recorded"
    ledger, feedback, service = Ledger(run), Feedback(run), Service.that_does(wrong)
    tally = Tally(ledger=ledger, feedback=feedback)
    for request in itertools.islice(OrdersOnly().requests(Random(1), feedback), WRITES):
        exchange = Exchange(request, b"", time.monotonic(), time.monotonic())
        exchange.sent_at = time.monotonic()
        answer = service.answer(
            "POST", "/v1/orders", {"idempotency-key": request.key}, request.body
        )
        now = time.monotonic()
        if isinstance(answer, str):
            tally.unanswered(exchange, "timeout" if answer == "silence" else "reset", now)
        else:
            status, value = answer
            tally.answered(exchange, status, json.dumps(value).encode(), now)
    for key in keys(run, deleted):
        service.answer("DELETE", f"/held/{key}", {}, b"")
    held = cast(tuple[int, Any], service.answer("GET", "/held", {}, b""))[1]["held"]
    return Recorded(run=run, writes=sorted(ledger), holdings=holdings_of(held))
