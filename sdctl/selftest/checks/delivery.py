"""A notification that comes twice, never, or not yet must be reported as just that."""

from __future__ import annotations

from collections.abc import Callable

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.workbench import BAD, Workbench, judged, keys

_LISTS = ("notified_twice", "undelivered", "unfinished")


def _reported(kind: str, where: str) -> Callable[[Workbench], Finding]:
    def prove(workbench: Workbench) -> Finding:
        run, report = judged({kind: BAD})
        return exactly(where.replace("_", " "), keys(run, BAD), getattr(report, where))

    return prove


def _sound(workbench: Workbench) -> Finding:
    _, report = judged()
    remarks = [key for name in _LISTS for key in getattr(report, name)]
    return exactly("remarks", (), remarks)


CHECK = Check(
    name="delivery",
    checker="sdctl.judge.audit.check",
    variants=(
        Variant(name="notifies twice", prove=_reported("notified-twice", "notified_twice")),
        Variant(name="never notifies", prove=_reported("not-notified", "undelivered")),
        Variant(name="leaves it undone", prove=_reported("unfinished", "unfinished")),
        Variant(name="notifies once", prove=_sound, sound=True),
    ),
)
