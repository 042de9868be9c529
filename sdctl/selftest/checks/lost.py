"""An acknowledged write that is gone must be reported lost, and only that."""

from __future__ import annotations

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.workbench import BAD, Workbench, judged, keys


def _forgotten(workbench: Workbench) -> Finding:
    run, report = judged({"forget": BAD})
    return exactly("lost", keys(run, BAD), report.lost)


def _deleted(workbench: Workbench) -> Finding:
    run, report = judged(deleted=BAD)
    return exactly("lost", keys(run, BAD), report.lost)


def _sound(workbench: Workbench) -> Finding:
    _, report = judged()
    return exactly("lost", (), report.lost)


CHECK = Check(
    name="lost",
    checker="sdctl.judge.audit.check",
    variants=(
        Variant(name="says 202, forgets", prove=_forgotten),
        Variant(name="rows deleted later", prove=_deleted),
        Variant(name="keeps all", prove=_sound, sound=True),
    ),
)
