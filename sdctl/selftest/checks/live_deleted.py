"""Acknowledged rows deleted on the database's leader must be reported lost: those, and no other."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.app import contract
from sdctl.faults.selector import leader_of
from sdctl.foundation.errors import SdctlError
from sdctl.load.runner import LoadRunner
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, Invalid, exactly
from sdctl.selftest.live import Live
from sdctl.selftest.workbench import BAD, Workbench, keys
from sdctl.targets.operations import Exec


def _deleted(workbench: Workbench) -> Finding:
    return _compared(workbench.stack, BAD)


def _sound(workbench: Workbench) -> Finding:
    return _compared(workbench.stack, ())


def _compared(live: Live, numbers: Sequence[int]) -> Finding:
    plan = live.plan(50.0, "2s")
    with LoadRunner(plan) as runner:
        if runner.result(timeout_s=30).saturated:
            raise Invalid("generator too late")
    gone = keys(plan.run, numbers)
    acknowledged = {write.key for write in runner.ledger if write.outcome == "acknowledged"}
    if not acknowledged.issuperset(gone):
        raise Invalid("not all written")
    # every order has come to its end, so that nothing is at work on what is deleted
    writes = list(runner.ledger)
    live.audit(plan.run, writes)
    if gone:
        _delete(live, gone)
    return exactly("lost", gone, live.audit(plan.run, writes).lost)


def _delete(live: Live, gone: Sequence[str]) -> None:
    leader = leader_of(live.snapshot(), "database").name
    command = contract.delete_orders(gone).command
    output = live.running.engine.apply(
        Exec(node=leader, command=command, cause="delete acknowledged rows of the selftest's own")
    )
    if output.code:
        raise SdctlError(f"the rows could not be deleted on {leader}: {output.stderr.strip()}")


CHECK = Check(
    name="live-deleted",
    checker="sdctl.chaos.settling.audit",
    variants=(
        Variant(name="rows deleted", prove=_deleted),
        Variant(name="nothing deleted", prove=_sound, sound=True),
    ),
    live=True,
)
