"""pause: a node, or every node of a tier, is frozen for an exact time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults import promises
from sdctl.faults.ending import Ending, ExactlyItsTime
from sdctl.faults.fault import Fault, option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import WORDS, named, select
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.foundation.units import duration
from sdctl.targets.operations import Op, Pause, Unpause

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before, Prediction
    from sdctl.state.snapshot import Snapshot

_WORDS = ", ".join(WORDS)
_LEAST_S, _LONGEST_S = 0.01, 600.0


@dataclass(frozen=True, kw_only=True)
class PauseNodes(Fault):
    """Every process of the node stops where it is and keeps its connections, as on a machine that
    hangs. The time runs from the call that freezes to the call that lets go, which take equally
    long. So the length is known, and shows how exactly `sdctl` measures."""

    kind: ClassVar[str] = "pause"
    summary: ClassVar[str] = "freeze a node, a tier or some of it for an exact time"
    example: ClassVar[str] = "sdctl chaos pause database:leader --for 3s"
    measured: ClassVar[tuple[str, ...]] = ("pause",)
    ending: ClassVar[Ending] = ExactlyItsTime()
    figures: ClassVar[Mapping[str, str]] = promises.FIGURES
    next_step: ClassVar[str] = (
        "Try `sdctl chaos pause database:leader --for 40s`: longer than its lease, so that another "
        "one takes over."
    )

    where: str = option(
        "gateway",
        f"A node (postgres-1), a tier (gateway), or some of a tier (cache:leader): {_WORDS}.",
        argument=True,
    )
    for_: float = option(3.0, "How long, such as 3s.", parse=duration)

    def check(self, components: Mapping[str, Component]) -> None:
        """Its time."""
        if not _LEAST_S <= self.for_ <= _LONGEST_S:
            raise UsageError(f"--for must be from 10ms to 10m, not {self.for_:g}s")

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """Pauses in order, and unpauses in the same order."""
        self.check(components)
        selected = select(snapshot, self.where)
        tier, nodes = selected.tier, selected.nodes
        if tier == "observer":
            raise UsageError(
                "the observer cannot be paused: it measures", hint="Name another node."
            )
        still = [f"{node.name} is {node.word}" for node in nodes if node.state != "running"]
        if still:
            raise NoSuchTarget(
                f"only a running node can be paused: {', '.join(still)}",
                hint="`sdctl up` starts it. `sdctl chaos heal --all` heals all faults.",
            )
        cause = f"for {self.for_:g} s"
        return FaultPlan(
            tier=tier,
            target=selected.name,
            how=f"{self.for_:g}s",
            inject=tuple(Pause(node=node.name, cause=cause) for node in nodes),
            undo=self.heal(snapshot, selected.name),
            for_s=self.for_,
            spare_s=5.0,
        )

    def expects(self, before: Before) -> Iterable[Prediction]:
        """A node that hangs takes nothing with it that was acknowledged."""
        return (promises.lost(before),)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Let them go on."""
        nodes = named(snapshot, target)
        return tuple(Unpause(node=node.name, cause="heal pause") for node in nodes)


FAULT = PauseNodes
