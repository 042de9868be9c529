"""fail-messages: the workers fail a share of their messages for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from sdctl.faults.fault import Fault, FaultPlan, option
from sdctl.faults.kill_leader import leader_of
from sdctl.foundation.errors import UsageError, no_such
from sdctl.foundation.units import duration, share
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot


_NOTICE_S = 3.0
"""Workers look each second: so much longer the order stands, to last its time from then on."""


def _psql(node: str, sql: str, cause: str) -> Exec:
    command = ("psql", "-U", "postgres", "-d", "sdctl", "-v", "ON_ERROR_STOP=1", "-qc", sql)
    return Exec(node=node, command=command, cause=cause, told=cause)


@dataclass(frozen=True, kw_only=True)
class FailMessages(Fault):
    """The order to fail stands in the database with its end, so it ends by itself: no process has
    to live to take it back."""

    kind: ClassVar[str] = "fail-messages"
    summary: ClassVar[str] = "workers fail a share of their messages: retries, then dead letters"
    watches: ClassVar[Literal["writes", "messages"]] = "messages"

    rate: float = option(0.2, "The share that fails, such as 20%.", parse=share)
    for_: float = option(30.0, "How long, such as 30s.", parse=duration)

    def check(self, components: Mapping[str, Component]) -> None:
        """Its time."""
        if not 0 < self.for_ <= 3600:
            raise UsageError(f"--for is above 0 and at most 1h, not {self.for_:g}s")

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """An entry in the table that every worker reads each second."""
        if "worker" not in snapshot.tiers:
            raise no_such("tier", "worker", snapshot.tiers)
        self.check(components)
        leader = leader_of(snapshot, "database").name
        sql = (
            "INSERT INTO faults (kind, rate, until) VALUES "
            f"('{self.kind}', {self.rate}, now() + interval '{self.for_ + _NOTICE_S} seconds') "
            "ON CONFLICT (kind) DO UPDATE SET rate = excluded.rate, until = excluded.until"
        )
        return FaultPlan(
            tier="worker",
            target=f"{len(snapshot.tiers['worker'].nodes)} workers",
            how=f"{self.rate:.0%}",
            inject=(
                _psql(
                    leader,
                    sql,
                    f"tell the workers to fail {self.rate:.0%} of messages for {self.for_:g} s",
                ),
            ),
            for_s=self.for_,
            spare_s=_NOTICE_S + 2,
        )

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Take the entry back."""
        leader = leader_of(snapshot, "database").name
        return (
            _psql(
                leader,
                f"DELETE FROM faults WHERE kind = '{self.kind}'",
                "tell the workers to fail no more messages",
            ),
        )


FAULT = FailMessages
