"""The running stack, as a check of the instrument needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdctl.chaos import settling
from sdctl.foundation.errors import NoSuchTarget, SdctlError, UsageError
from sdctl.judge.audit import Audit
from sdctl.judge.ledger import Write
from sdctl.load import announcement
from sdctl.load.options import LoadOptions, make_plan
from sdctl.load.plan import LoadPlan
from sdctl.state.running import Running
from sdctl.state.snapshot import Snapshot

NEEDED = ("gateway", "app", "database", "observer")


@dataclass(frozen=True, kw_only=True)
class Live:
    """A stack that runs, with a gateway and a database."""

    running: Running
    url: str
    headers: Mapping[str, str]

    def snapshot(self) -> Snapshot:
        """The stack as it is now."""
        return self.running.snapshot()

    def plan(self, rps: float, duration: str) -> LoadPlan:
        """A load of orders through the gateway."""
        options = LoadOptions(rps=rps, duration=duration, workload="orders")
        return make_plan(options, self.url, self.headers)

    def audit(self, run: str, writes: Sequence[Write]) -> Audit:
        """A run's writes against every store, once all has settled. Raises ``SdctlError`` when a
        leader cannot be read."""
        reading = settling.audit(self.running.engine, self.running.stack, run, writes)
        if reading.audit is None:
            raise SdctlError(
                "the writes could not be read back", hint="`sdctl status` shows what is wrong."
            )
        return reading.audit


def live(running: Running) -> Live:
    """A stack that runs. Raises ``NoSuchTarget`` when it is not there or lacks a tier, and
    ``UsageError`` while a fault is on, or a load is sent that is not its own."""
    snapshot = running.snapshot()
    missing = [tier for tier in NEEDED if tier not in snapshot.tiers]
    if missing:
        raise NoSuchTarget(
            f"the live checks need the tier {', '.join(missing)}",
            hint="`sdctl selftest --offline` needs no stack.",
        )
    _no_fault(snapshot.faults)
    announcement.check_none(running.stack, "a live check")
    url, headers = running.way_in()
    return Live(running=running, url=url, headers=headers)


def _no_fault(active: Sequence[Mapping[str, object]]) -> None:
    if active:
        raise UsageError(
            f"{active[0]['id']} {active[0]['kind']} is on",
            hint="Wait, or `sdctl chaos heal --all` first.",
        )
