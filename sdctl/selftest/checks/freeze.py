"""A frozen server must show in the response time, although the service time hides it.

Frozen for D in a run of T at an even rate, a request due x into the freeze takes D - x, so a share
(D - v)/T of all takes longer than v, and the response p99 is D - T/100. Over one connection a
single request is under way in the freeze; the service p99 shows nothing. (Gil Tene's test of
coordinated omission: stop the server with SIGSTOP.)
"""

from __future__ import annotations

from sdctl.foundation import waiting
from sdctl.judge.ledger import Ledger
from sdctl.load.result import LoadResult
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding
from sdctl.selftest.reference_process import reference
from sdctl.selftest.workbench import Workbench, plan, send

_RPS = 100.0
_BEFORE = 30
_SERVICE_MS = 20.0
"""A service p99 below this is in milliseconds."""
_TOLERANCE_MS = 25.0
"""Two requests at the rate, since fewer than one in a hundred cannot be told apart, and 5 ms for
the backlog to drain."""


def _frozen(workbench: Workbench) -> Finding:
    frozen: list[float] = []
    with reference() as service:

        def freeze(ledger: Ledger) -> None:
            waiting.until(lambda: len(ledger), lambda n: n >= _BEFORE, timeout_s=20, every_s=0.05)
            frozen.append(service.freeze(workbench.durations.freeze_s))

        load = plan(
            service.url,
            rps=_RPS,
            seconds=workbench.durations.freeze_run_s,
            timeout_s=30.0,
            max_connections=1,
        )
        result = send(load, during=freeze, timed=True).result
    expected = frozen[0] * 1000 - result.duration_s * 10
    response, service_ms = _p99s(result)
    return Finding(
        expected=f"{expected:.0f}, service <{_SERVICE_MS:.0f} ms",
        got=f"{response:.0f}, service {service_ms:.1f} ms",
        ok=abs(response - expected) <= _TOLERANCE_MS and 0 < service_ms < _SERVICE_MS,
    )


def _sound(workbench: Workbench) -> Finding:
    with reference() as service:
        load = plan(service.url, rps=_RPS, seconds=2.0, max_connections=1)
        result = send(load, timed=True).result
    response, service_ms = _p99s(result)
    return Finding(
        expected=f"<{_SERVICE_MS:.0f}, service <{_SERVICE_MS:.0f} ms",
        got=f"{response:.1f}, service {service_ms:.1f} ms",
        ok=0 < response < _SERVICE_MS and 0 < service_ms < _SERVICE_MS,
    )


def _p99s(result: LoadResult) -> tuple[float, float]:
    return result.response.p99 or 0.0, result.service.p99 or 0.0


CHECK = Check(
    name="freeze",
    checker="sdctl.load.tally.Tally",
    timed=True,
    variants=(
        Variant(name="frozen", prove=_frozen),
        Variant(name="never frozen", prove=_sound, sound=True),
    ),
)
