"""A write that was refused and is there all the same must be reported."""

from __future__ import annotations

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.workbench import BAD, Workbench, judged, keys


def _kept(workbench: Workbench) -> Finding:
    run, report = judged({"refuse-kept": BAD})
    return exactly("broken", keys(run, BAD), report.broken_promises)


def _sound(workbench: Workbench) -> Finding:
    _, report = judged({"refuse": BAD})
    return exactly("broken", (), report.broken_promises)


CHECK = Check(
    name="broken-promise",
    checker="sdctl.judge.audit.check",
    variants=(
        Variant(name="says 503, stores", prove=_kept),
        Variant(name="says 503", prove=_sound, sound=True),
    ),
)
