"""slow: everything that a node receives arrives later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sdctl.faults import promises
from sdctl.faults._groups import WAY
from sdctl.faults._limits import outside
from sdctl.faults._link import LinkFault, machine_full, measuring, told
from sdctl.faults.effect import Effect
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Prediction
from sdctl.foundation.errors import BadOption, SdctlError
from sdctl.foundation.units import delay, format_duration, write_duration

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.target import Output

_LEAST_S, _LONGEST_S = 0.001, 5.0
_TRIPS = 200


@dataclass(frozen=True, kw_only=True)
class SlowNode(LinkFault):
    """What is sent to the node arrives later by the latency, so each round trip to it takes longer
    by just that; every connection goes on. With a jitter the latency of each packet is by chance
    shorter or longer, by up to the jitter, and packets overtake each other. A helper in the node's
    network holds the packets until their time has come, so the kernel needs no module for it."""

    kind: ClassVar[str] = "slow"
    summary: ClassVar[str] = "make the way to a node longer"
    example: ClassVar[str] = "sdctl chaos slow database:follower --latency 200ms --jitter 50ms"

    figures: ClassVar[Mapping[str, str]] = {**promises.FIGURES, **promises.SLOWER}
    next_step: ClassVar[str] = (
        "Try `sdctl chaos slow database:sync-follower`: every commit waits for this follower."
    )

    latency: float = option(0.2, "How much later, such as 200ms.", parse=delay)
    jitter: float = option(
        0.0, "By how much the latency differs from packet to packet.", parse=delay
    )

    @property
    def told(self) -> str:
        """``200ms``, or ``200ms ± 50ms``."""
        jitter = f" ± {write_duration(self.jitter)}" if self.jitter else ""
        return f"{write_duration(self.latency)}{jitter}"

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Times that can be held, and seen."""
        yield from super().wrong(components)
        yield from outside("latency", self.latency, _LEAST_S, _LONGEST_S)
        if self.jitter > self.latency:
            yield BadOption(
                "jitter",
                f"is {write_duration(self.jitter)}, more than the latency, "
                f"{write_duration(self.latency)}",
                hint="A packet cannot arrive before it is sent.",
            )

    def spoiled(self) -> Mapping[str, Any]:
        """Both."""
        return {"latency_s": self.latency, "jitter_s": self.jitter}

    def expects(self, before: Before) -> Iterable[Prediction]:
        """A write takes longer by the latency for each of its trips to such a node, and for what it
        waits because others are on their way."""
        yield from super().expects(before)
        waits = [waited for op in before.plan.inject if (waited := _waited_for(before, op.node))]
        if not waits:
            return
        asked = self.latency * 1000
        spare = promises.spare_ms(asked)
        if asked <= spare:
            return  # anything that is measured would agree with it
        trips = sum(waited.trips for waited in waits)
        store = before.plan.tier if before.plan.tier not in WAY else ""
        crowded = promises.crowded(before, store, self.latency * trips) if store else ""
        exactly = trips == 1 and not crowded
        yield Prediction(
            what=promises.LONGER,
            low=asked - spare,
            high=asked + spare if exactly else None,
            unit="ms",
            why=f"{waits[0].why}: {format_duration(self.latency)} each time, "
            + ("once a write" if trips == 1 else f"{trips} times a write or more")
            + crowded,
            measure=promises.longer,
        )

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """The median of many round trips of datagrams, and how much they differ: of a chance that
        is even between ± j, the middle half is j wide."""
        operation = measuring(snapshot, "measure its latency", "latency", node, str(_TRIPS))

        def median(outputs: Sequence[Output]) -> float:
            return told(outputs, "median_ms")

        def jitter(outputs: Sequence[Output]) -> float:
            return told(outputs, "middle_half_ms")

        latency = Effect(
            what=f"round trip to {node}",
            asked=self.latency * 1000,
            unit="ms",
            operations=(operation,),
            read=median,
            doubt=machine_full,
            doubted="above",
            share=0.1,
            least=2.0,
            within_s=3.0,
        )
        if not self.jitter:
            return (latency,)
        return latency, Effect(
            what="jitter",
            asked=self.jitter * 1000,
            unit="ms",
            operations=(operation,),
            read=jitter,
            doubt=machine_full,
            doubted="above",
            share=0.25,
            least=2.0,
            within_s=3.0,
        )


@dataclass(frozen=True)
class _Waited:
    """Why a write waits for a node."""

    why: str
    trips: int
    """How often something must come to the node before the write is acknowledged, at the least."""


def _waited_for(before: Before, name: str) -> _Waited | None:
    """None: no write waits for it, as far as is known."""
    tier, node = before.plan.tier, before.seen.nodes()[name]
    if tier in WAY:
        all_hit = len(before.seen.tiers[tier].nodes) == len(before.plan.inject)
        return _Waited("the request comes to it, and so does the answer", 2) if all_hit else None
    if not (tier in before.components and before.components[tier].keeps_writes):
        return None
    waited_for = before.setting(tier, "durability") != "performance"
    if node.role == "leader" and waited_for and len(before.seen.tiers[tier].nodes) > 1:
        return _Waited("the write comes to the leader, and so does its follower's answer", 2)
    if node.role == "leader":
        return _Waited("the write comes to the leader", 1)
    if node.facts.get("sync") and waited_for:
        return _Waited("a commit waits for this follower to have it", 1)
    return None


FAULT = SlowNode
