"""Runs the checks: each variant once, again only where the machine was too busy to tell."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sdctl.judge.verdict import Judgement
from sdctl.load.host_cpu import HostCpu
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, Invalid, TooBusy, tried
from sdctl.selftest.workbench import Workbench

IDLE_LEAST = 0.1
"""A machine with less of its CPU idle is busy."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One variant's outcome."""

    check: Check
    variant: Variant
    finding: Finding
    seconds: float

    def to_json(self) -> dict[str, object]:
        """As under ``checks`` of ``sdctl selftest --json``."""
        return {
            "check": self.check.name,
            "checker": self.check.checker,
            "live": self.check.live,
            "variant": self.variant.name,
            "sound": self.variant.sound,
            "expected": self.finding.expected,
            "got": self.finding.got,
            "ok": self.finding.ok,
            "too_busy": self.finding.busy,
            "seconds": round(self.seconds, 3),
        }


def judgement(rows: Sequence[Row]) -> Judgement:
    """What all of them come to: fail when one is not as expected, unknown when one could not be
    told."""
    if any(not row.finding.ok and not row.finding.busy for row in rows):
        return "fail"
    return "unknown" if any(row.finding.busy for row in rows) else "pass"


def run(checks: Sequence[Check], workbench: Workbench) -> Iterator[Row]:
    """Every variant of every check, as it is done."""
    for check in checks:
        for variant in check.variants:
            workbench.say(f"{check.name}: {variant.name}")
            began = time.monotonic()
            finding = prove(variant, workbench, timed=check.timed)
            yield Row(
                check=check, variant=variant, finding=finding, seconds=time.monotonic() - began
            )


def prove(variant: Variant, workbench: Workbench, *, timed: bool = False) -> Finding:
    """One variant's finding. Where the machine stays too busy to tell, it says so."""

    def attempt() -> Finding:
        cpu = HostCpu()
        finding = variant.prove(workbench)
        idle = cpu.shares()["cpu_idle"]
        if timed and not finding.ok and idle is not None and idle < IDLE_LEAST:
            raise Invalid(f"the CPU was {1 - idle:.0%} busy")
        return finding

    try:
        return tried(attempt, workbench.say)
    except TooBusy as why:
        return Finding(expected="an idle machine", got=str(why), ok=False, busy=True)
