"""What a killed run sent and never wrote down must be found in the stores, and said."""

from __future__ import annotations

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.workbench import WRITES, Workbench, judged, keys

_CUT = 7


def _cut(workbench: Workbench) -> Finding:
    run, audit = judged(forgets=_CUT)
    return exactly("unrecorded", keys(run, range(WRITES - _CUT, WRITES)), audit.unrecorded)


def _sound(workbench: Workbench) -> Finding:
    _, audit = judged()
    return exactly("unrecorded", (), audit.unrecorded)


CHECK = Check(
    name="unrecorded",
    checker="sdctl.judge.audit.check",
    variants=(
        Variant(name="ledger cut off", prove=_cut),
        Variant(name="ledger whole", prove=_sound, sound=True),
    ),
)
