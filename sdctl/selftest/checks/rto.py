"""A silence of a known length must be reported with that length, to one probe interval."""

from __future__ import annotations

import time

from sdctl.chaos import outages
from sdctl.foundation import waiting
from sdctl.judge.ledger import Write
from sdctl.judge.outage import Outage
from sdctl.load.runner import LoadRunner
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, Invalid, tried
from sdctl.selftest.reference_process import reference
from sdctl.selftest.workbench import Workbench, plan

_RPS = 50.0
_BEFORE = 25
_STEADY_S = 1.0


def measured(true_s: float, found: Outage | None) -> float | None:
    """By how many probe intervals an outage is off; None: none was found."""
    return None if found is None else abs(found.seconds - true_s) / found.resolution


def _silent(workbench: Workbench) -> Finding:
    trials = workbench.durations.silences
    off = []
    for number in range(1, trials + 1):
        workbench.say(f"rto: silent for {workbench.durations.silence_s:g} s, {number} of {trials}")
        off.append(tried(lambda: _trial(workbench.durations.silence_s), workbench.say))
    good = [error for error in off if error is not None and error <= 1]
    worst = f", worst ± {max(good):.2f} intervals" if good else ""
    return Finding(
        expected=f"{trials} of {trials} within ± 1 interval",
        got=f"{len(good)} of {trials}{worst}",
        ok=len(good) == trials,
    )


def _trial(silence_s: float) -> float | None:
    seconds = _BEFORE / _RPS + silence_s + _STEADY_S
    with reference() as service:
        load = plan(service.url, rps=_RPS, seconds=seconds, timeout_s=silence_s + 5)
        with LoadRunner(load) as runner:
            waiting.until(
                lambda: len(runner.ledger), lambda n: n >= _BEFORE, timeout_s=20, every_s=0.02
            )
            since = time.monotonic()
            true_s = service.freeze(silence_s)
            result = runner.result(timeout_s=seconds + 20)
    if result.saturated:
        raise Invalid("requests sent too late")
    return measured(true_s, outages.outage_of(list(runner.ledger), since))


def _flapping(workbench: Workbench) -> Finding:
    first, last, lucky = 50, 100, 75
    refused = [number for number in range(first, last) if number != lucky]
    writes = _written({"refuse": refused})
    off = measured((last - first) / _RPS, outages.outage_of(writes, writes[first].sent_at))
    return Finding(
        expected="± 1 interval",
        got="no outage" if off is None else f"± {off:.2f} intervals",
        ok=off is not None and off <= 1,
    )


def _sound(workbench: Workbench) -> Finding:
    writes = _written({})
    found = outages.outage_of(writes, writes[50].sent_at)
    off = measured(0.0, found)
    return Finding(
        expected="under 5 intervals",
        got="no outage" if off is None else f"{off:.2f} intervals",
        ok=off is not None and off < 5,
    )


def _written(wrong: dict[str, list[int]]) -> list[Write]:
    with reference(wrong) as service, LoadRunner(plan(service.url, rps=_RPS, seconds=3.0)) as load:
        if load.result(timeout_s=20).saturated:
            raise Invalid("requests sent too late")
    return sorted(load.ledger, key=lambda write: write.sent_at)


CHECK = Check(
    name="rto",
    checker="sdctl.chaos.outages.outage_of",
    timed=True,
    variants=(
        Variant(name="silent", prove=_silent),
        Variant(name="refuses and flaps", prove=_flapping),
        Variant(name="never silent", prove=_sound, sound=True),
    ),
)
