"""A generator that cannot keep its schedule must call its own run invalid."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.load.result import LoadResult
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding
from sdctl.selftest.reference_process import reference
from sdctl.selftest.workbench import Workbench, plan, send
from sdctl.workloads.orders import OrdersOnly
from sdctl.workloads.workload import Feedback, Request

_RPS = 50.0
_SLOW_S = 1.25 / _RPS


@dataclass(frozen=True, kw_only=True)
class Slow:
    """Orders, each of which takes the generator longer to make than the schedule allows."""

    name: ClassVar[str] = "slow"
    summary: ClassVar[str] = "orders that are slow to make"
    expected: ClassVar[frozenset[int]] = frozenset()

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        for request in OrdersOnly().requests(rng, feedback):
            ready = time.monotonic() + _SLOW_S
            while time.monotonic() < ready:
                pass
            yield request


def _late(workbench: Workbench) -> Finding:
    with reference() as service:
        load = plan(service.url, rps=_RPS, seconds=1.0, workload=Slow())
        return _finding("invalid", send(load).result)


def _sound(workbench: Workbench) -> Finding:
    with reference() as service:
        load = plan(service.url, rps=_RPS, seconds=1.0)
        return _finding("valid", send(load, timed=True).result)


def _finding(expected: str, result: LoadResult) -> Finding:
    said = "invalid" if result.saturated else "valid"
    late = f"late {result.late_ms_p99 or 0.0:.0f} ms"
    return Finding(expected=expected, got=f"{said}, {late}", ok=said == expected)


CHECK = Check(
    name="generator",
    checker="sdctl.load.result.LoadResult.saturated",
    timed=True,
    variants=(
        Variant(name="sends late", prove=_late),
        Variant(name="sends on time", prove=_sound, sound=True),
    ),
)
