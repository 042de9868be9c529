"""What a follower lacks of its leader's must be reported, by follower."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.reference_process import FOLLOWER
from sdctl.selftest.workbench import BAD, Workbench, judged, keys


def _lags(workbench: Workbench) -> Finding:
    return _compared(BAD)


def _sound(workbench: Workbench) -> Finding:
    return _compared(())


def _compared(numbers: Sequence[int]) -> Finding:
    run, audit = judged({"leader-only": numbers})
    return exactly("behind", keys(run, numbers), audit.behind.get(FOLLOWER, ()))


CHECK = Check(
    name="behind",
    checker="sdctl.judge.audit.check",
    variants=(
        Variant(name="follower lags", prove=_lags),
        Variant(name="follower has all", prove=_sound, sound=True),
    ),
)
