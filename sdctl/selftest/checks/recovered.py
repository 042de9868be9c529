"""A write without a clear answer that was done after all is recovered, never lost or refused."""

from __future__ import annotations

from collections.abc import Callable

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.workbench import BAD, Workbench, judged, keys


def _done(kind: str) -> Callable[[Workbench], Finding]:
    def prove(workbench: Workbench) -> Finding:
        run, report = judged({kind: BAD})
        finding = exactly("recovered", keys(run, BAD), report.recovered)
        wrong = [*report.lost, *report.broken_promises]
        if not wrong:
            return finding
        return Finding(expected=finding.expected, got=f"{len(wrong)} lost or refused", ok=False)

    return prove


def _sound(workbench: Workbench) -> Finding:
    _, report = judged({"silent": BAD})
    ok = report.unknown == len(BAD) and not report.recovered and not report.lost
    got = f"{report.unknown} unknown, {len(report.recovered + report.lost)} else"
    return Finding(expected=f"{len(BAD)} unknown, 0 else", got=got, ok=ok)


CHECK = Check(
    name="recovered",
    checker="sdctl.judge.audit.check",
    timed=True,
    variants=(
        Variant(name="stores, no answer", prove=_done("silent-kept")),
        Variant(name="stores, hangs up", prove=_done("hang-up-kept")),
        Variant(name="stores, says 502", prove=_done("broke-kept")),
        Variant(name="stores nothing", prove=_sound, sound=True),
    ),
)
