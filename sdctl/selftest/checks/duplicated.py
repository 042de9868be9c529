"""A write that is there twice must be reported duplicated."""

from __future__ import annotations

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.workbench import BAD, Workbench, judged, keys


def _twice(workbench: Workbench) -> Finding:
    run, report = judged({"twice": BAD})
    return exactly("duplicated", keys(run, BAD), report.duplicated)


def _sound(workbench: Workbench) -> Finding:
    _, report = judged()
    return exactly("duplicated", (), report.duplicated)


CHECK = Check(
    name="duplicated",
    checker="sdctl.judge.audit.check",
    variants=(
        Variant(name="stores twice", prove=_twice),
        Variant(name="stores once", prove=_sound, sound=True),
    ),
)
