"""cpu: nodes get no more than a share of a core."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from sdctl.faults._kernel import CPU_LIMIT, CPU_USED, NO_LIMIT, cpu_limit, cpu_used, machine_full
from sdctl.faults._on_nodes import TARGET, WorseNodes, answer
from sdctl.faults.effect import Effect
from sdctl.faults.fault import Ask, option, recorded
from sdctl.foundation.errors import BadOption, SdctlError
from sdctl.foundation.units import duration, format_share, share
from sdctl.targets.operations import Exec, LimitCpu, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.components.node import Ability
    from sdctl.state.snapshot import NodeStatus, Snapshot

_PERIOD_US = 100_000
"""In each so long a node may run for its share of it; what the kernel takes where nobody says."""
_LEAST = 0.01
"""The kernel takes no quota under 1 ms."""


@dataclass(frozen=True, kw_only=True)
class LimitNodes(WorseNodes):
    """The node gets no more than this share of one core, as on a machine that others keep
    busy. In each tenth of a second it runs for its share, and then it stands still. The limit that
    it had before is written down first, and is set again exactly."""

    kind: ClassVar[str] = "cpu"
    summary: ClassVar[str] = "give nodes no more than a share of a core"
    example: ClassVar[str] = "sdctl chaos cpu app --limit 20% --for 10s"
    requires: ClassVar[Ability | None] = "limit the CPU of"
    does: ClassVar[str] = "limited"
    outlives_a_stop: ClassVar[bool] = True
    next_step: ClassVar[str] = (
        "Try `sdctl chaos cpu database:leader --limit 20%`: every write waits for this node."
    )

    where: str = option("app", TARGET, argument=True)
    for_: float = option(20.0, "How long, such as 20s.", parse=duration)
    limit: float = option(0.2, "The share of one core, such as 20%.", parse=share)
    before: Mapping[str, list[int]] = recorded()

    @property
    def told(self) -> str:
        """``20%``."""
        return format_share(self.limit)

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time and its limit."""
        yield from super().wrong(components)
        if self.limit < _LEAST:
            yield BadOption("limit", f"must be at least 1%, not {format_share(self.limit)}")

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """With each node's limit as it is now. Raises ``UsageError`` where the node does not tell
        it: then it could not be set again."""
        drawn = super().pinned(snapshot, components, ask)
        # of all nodes of the tier: who leads may be another one in a moment
        tier = drawn.selected(snapshot, components).tier
        nodes = [node for node in snapshot.tiers[tier].nodes if node.state == "running"]
        return dataclasses.replace(drawn, before={node.name: _limit(node, ask) for node in nodes})

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """A process that is as busy as it may be."""
        return (
            Effect(
                what=f"share of a core that {node} gets when it wants all",
                asked=self.limit * 100,
                unit="%",
                operations=(Exec(node=node, command=CPU_USED, cause="measure the effect"),),
                read=lambda outputs: cpu_used(outputs[0].stdout),
                doubt=lambda outputs: machine_full(outputs[0].stdout),
                share=0.05,
                within_s=12.0,
            ),
        )

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """Limit it."""
        quota = round(self.limit * _PERIOD_US)
        return LimitCpu(node=node.name, quota_us=quota, period_us=_PERIOD_US, cause=cause)

    def ends(self, node: str, cause: str) -> Op:
        """As it was; a node that was made since has no limit."""
        quota, period = self.before.get(node, (NO_LIMIT, _PERIOD_US))
        return LimitCpu(node=node, quota_us=quota, period_us=period, cause=cause)


def _limit(node: NodeStatus, ask: Ask) -> list[int]:
    question = Exec(node=node.name, command=CPU_LIMIT, cause="read its CPU limit")
    unread = f"the CPU limit of {node.name} cannot be read, so it could not be set again"
    return list(answer(ask(question), cpu_limit, unread))


FAULT = LimitNodes
