"""flush-cache: the cache is emptied at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults import promises
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import Fault, option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import select
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.foundation.units import duration
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before, Prediction
    from sdctl.state.snapshot import NodeStatus, Snapshot

_REFILLED = 0.1
"""Reads fill it again at once: so large a share of its keys may be there when they are counted."""
_REFILLED_KEYS = 50.0


@dataclass(frozen=True, kw_only=True)
class FlushCache(Fault):
    """Every key goes at once, from one primary or from all, as after a restart of a cache that
    keeps nothing. Until it is filled again, reads go on to the database. Nothing needs to be
    healed: the next reads fill it."""

    kind: ClassVar[str] = "flush-cache"
    summary: ClassVar[str] = "empty the cache at once, and watch what that does"
    example: ClassVar[str] = "sdctl chaos flush-cache --for 10s"
    ending: ClassVar[Ending] = ForItsTime()
    figures: ClassVar[Mapping[str, str]] = promises.FIGURES
    next_step: ClassVar[str] = (
        "Try `sdctl load --workload read-heavy`: the reads of a few keys fill it, and it answers "
        "them."
    )

    where: str = option(
        "cache", "cache, one of its primaries, or cache:owner-of=KEY.", argument=True
    )
    for_: float = option(10.0, "How long it is watched, such as 10s.", parse=duration)

    def check(self, components: Mapping[str, Component]) -> None:
        """Its time."""
        if not 1 <= self.for_ <= 600:
            raise UsageError(f"--for must be from 1s to 10m, not {self.for_:g}s")

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """Each primary empties itself; its replicas follow."""
        self.check(components)
        found = select(snapshot, self.where, components=components)
        component = components[found.tier]
        if component.flush is None or component.count_keys is None:
            able = [
                tier for tier, other in components.items() if other.flush and tier in snapshot.tiers
            ]
            raise UsageError(
                f"the {found.tier} cannot be emptied",
                hint=f"These tiers can: {', '.join(able) or 'none here'}.",
            )
        primaries = [node for node in found.nodes if node.role == "primary"]
        if not primaries:
            raise NoSuchTarget(
                f"{found.name} is no primary: a replica has what its primary has",
                hint="`sdctl status` shows the primaries.",
            )
        return FaultPlan(
            tier=found.tier,
            target=found.name,
            how=None,
            inject=tuple(
                Exec(node=node.name, command=component.flush, cause="flush-cache",
                     told=f"empty {node.name}")
                for node in primaries
            ),
            effects=tuple(_effect(node, component.count_keys) for node in primaries),
            for_s=self.for_,
        )  # fmt: skip

    def expects(self, before: Before) -> Iterable[Prediction]:
        """What is in the cache is in the database too."""
        return (promises.lost(before),)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Nothing: the next reads fill it."""
        return ()


def _effect(node: NodeStatus, count: tuple[str, ...]) -> Effect:
    before = node.facts.get("keys")
    keys = float(before) if isinstance(before, int | float) else 0.0
    return Effect(
        what=f"of {keys:g} keys left in {node.name}",
        asked=0.0,
        unit="keys",
        operations=(Exec(node=node.name, command=count, cause="measure the effect"),),
        read=lambda outputs: float(outputs[0].stdout),
        least=max(keys * _REFILLED, _REFILLED_KEYS),
        excuse=lambda outputs: "reads have filled it again",
    )


FAULT = FlushCache
