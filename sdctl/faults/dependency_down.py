"""dependency-down: the service does not reach a tier that it uses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.design.absent_tier import no_tier
from sdctl.faults import promises
from sdctl.faults._limits import about
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import Fault, option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.partition import Partition
from sdctl.foundation.errors import SdctlError, UsageError
from sdctl.foundation.units import duration
from sdctl.targets.operations import Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before, Prediction
    from sdctl.state.snapshot import Snapshot

_SERVICE = ("app", "worker")


@dataclass(frozen=True, kw_only=True)
class DependencyDown(Fault):
    """The app and the workers do not reach the tier, and nobody tells them: to them it is gone,
    while it is well. Without the cache, reads go to the database. Without the queue, messages wait
    in the outbox; without the database, writes are refused until it is back."""

    kind: ClassVar[str] = "dependency-down"
    summary: ClassVar[str] = "cut the service off from a tier that it uses"
    example: ClassVar[str] = "sdctl chaos dependency-down cache --for 15s"
    ending: ClassVar[Ending] = ForItsTime()
    figures: ClassVar[Mapping[str, str]] = promises.FIGURES
    next_step: ClassVar[str] = (
        "Try `sdctl chaos partition app cache --one-way`: requests go out and no answer comes."
    )

    tier: str = option(
        "cache", "A tier that the service uses itself, such as cache or database.", argument=True
    )
    for_: float = option(15.0, "How long, such as 15s.", parse=duration)

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """A tier that the service uses, and its time."""
        used = _used(components)
        if self.tier not in components:
            yield about("tier", no_tier(self.tier, used))
        elif self.tier not in used:
            unused = UsageError(
                f"the service does not use the {self.tier} itself",
                hint=f"It uses: {', '.join(sorted(used))}.",
            )
            yield about("tier", unused)
        yield from self._cut(_SERVICE).wrong(components)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """A partition between the two."""
        self.check(components)
        if self.tier not in snapshot.tiers:
            used = [tier for tier in _used(components) if tier in snapshot.tiers]
            raise no_tier(self.tier, used, left_out=snapshot.left_out)
        users = [tier for tier in _SERVICE if tier in snapshot.tiers]
        plan = self._cut(users).plan(snapshot, components)
        return dataclasses.replace(plan, tier=self.tier)

    def expects(self, before: Before) -> Iterable[Prediction]:
        """The tier itself is well."""
        return (promises.lost(before),)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """As a partition."""
        return self._cut(_SERVICE).heal(snapshot, target)

    def _cut(self, users: Iterable[str]) -> Partition:
        return Partition(one=self.tier, other=",".join(users), for_=self.for_)


def _used(components: Mapping[str, Component]) -> list[str]:
    """The tiers that the service asks itself."""
    return sorted(tier for tier, component in components.items() if component.used_by_service)


FAULT = DependencyDown
