"""A read that does not see a write acknowledged before must be counted stale, each one."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding
from sdctl.selftest.reference_process import reference
from sdctl.selftest.workbench import Workbench, plan, send
from sdctl.workloads.mixed import Mixed

_HIDDEN = range(20)


def _counted(hidden: Sequence[int]) -> Finding:
    with reference({"hidden": hidden}) as service:
        # ids are read half a second after their acknowledgement at the earliest
        load = plan(service.url, seconds=1.2, workload=Mixed(writes=0.1))
        sent = send(load)
        truth = int(service.held()["hidden_reads"])
    stale = sent.result.stale_reads
    ok = stale == truth and (truth > 0) == bool(hidden)
    return Finding(expected=f"{truth} stale", got=f"{stale} stale", ok=ok)


def _hides(workbench: Workbench) -> Finding:
    return _counted(_HIDDEN)


def _sound(workbench: Workbench) -> Finding:
    return _counted(())


CHECK = Check(
    name="stale-reads",
    checker="sdctl.load.tally.Tally",
    timed=True,
    variants=(
        Variant(name="hides orders", prove=_hides),
        Variant(name="shows all", prove=_sound, sound=True),
    ),
)
