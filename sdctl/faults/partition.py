"""partition: two groups of nodes that do not reach each other."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from sdctl.faults import promises
from sdctl.faults._groups import CLIENTS, REST, Group, group
from sdctl.faults._lease_cut import lease_cut
from sdctl.faults._limits import outside
from sdctl.faults._link import LEAST_S, LONGEST_S, OBSERVER, SPARE_S, restored
from sdctl.faults._on_nodes import SEED
from sdctl.faults._reachability import cut, reachability
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import Ask, Fault, option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import must_run
from sdctl.faults.teaching import Prediction
from sdctl.foundation.errors import BadOption, SdctlError, UsageError
from sdctl.foundation.units import duration, format_duration, write_duration
from sdctl.foundation.units import seed as whole
from sdctl.targets.operations import Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before
    from sdctl.state.snapshot import Snapshot

_GROUP = (
    f"A node, a tier, some of a tier (database:minority), several with commas, {REST} or {CLIENTS}"
)
_NOTHING = {
    (True, True): "nothing passes between it and",
    (True, False): "nothing goes from it to",
    (False, True): "nothing comes to it from",
}
"""By whether what the node sends is lost, and whether what it is sent."""


@dataclass(frozen=True, kw_only=True)
class Partition(Fault):
    """Nothing that one group sends reaches the other, and nobody is told: as when a cable between
    two racks is cut. With `--one-way`, what the second group sends still arrives. The observer is
    in no group, so it sees both sides all the time."""

    kind: ClassVar[str] = "partition"
    summary: ClassVar[str] = "cut two groups of nodes off from each other"
    example: ClassVar[str] = "sdctl chaos partition database:leader rest --for 30s"
    ending: ClassVar[Ending] = ForItsTime()
    figures: ClassVar[Mapping[str, str]] = {**promises.FIGURES, **promises.STANDS}
    next_step: ClassVar[str] = (
        "Try `sdctl chaos partition database:leader database:follower`: who is cut off from whom "
        "decides whether writes stop, and whether any is lost."
    )

    one: str = option("database:leader", f"{_GROUP}.", argument=True)
    other: str = option("", f"The same; {REST} (all others) if you name none.", argument=True)
    from_: str = option(
        "", f"In place of the second group, such as --from {CLIENTS}.", value="GROUP"
    )
    one_way: bool = option(False, "Only what the first group sends is lost.")
    for_: float = option(30.0, "How long, such as 30s.", parse=duration)
    seed: int | None = option(None, SEED, parse=whole)

    @property
    def asked(self) -> str:
        """Both groups, and whether one way alone."""
        other = f"--from {self.from_}" if self.from_ else self.other or REST
        return " ".join((self.one, other, *(["--one-way"] if self.one_way else [])))

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time, and one second group."""
        yield from outside("for", self.for_, LEAST_S, LONGEST_S)
        if self.other and self.from_:
            yield BadOption(
                "from",
                f"is {self.from_}, and {self.other} is named too: which of the two is the second "
                "group?",
                hint="Name one of them.",
            )

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """With a seed."""
        seed = random.randrange(10_000) if self.seed is None else self.seed
        return dataclasses.replace(self, seed=seed)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """Helpers for the group with fewer nodes: one end of each way is enough."""
        self.check(components)
        here, there, sends = self._sides(snapshot, components)
        must_run([snapshot.nodes()[name] for name in here.nodes], "cut off")
        goes, comes = sends or not self.one_way, not (sends and self.one_way)
        whom = "all other nodes" if there.told == REST else there.told
        cause = f"{_NOTHING[goes, comes]} {whom} for {format_duration(self.for_)}"
        inject = tuple(
            cut(name, there, cause=cause, for_s=self.for_, goes=goes, comes=comes)
            for name in here.nodes
        )
        leads = [
            node.name
            for node in snapshot.of_tier(here.tiers[0])
            if node.role == "leader" and node.name in here.nodes
        ]
        return FaultPlan(
            tier=here.tiers[0],
            target=", ".join(here.nodes),
            how=write_duration(self.for_),
            tries=(inject[0].as_trial(),),
            inject=inject,
            for_s=self.for_,
            spare_s=SPARE_S,
            effects=(reachability(snapshot, inject),),
            leader_before=leads[0] if leads else None,
        )

    def _sides(
        self, snapshot: Snapshot, components: Mapping[str, Component]
    ) -> tuple[Group, Group, bool]:
        """The nodes that get helpers, the others, and whether the former are the first group."""
        chance = random.Random(self.seed)
        first = group(snapshot, self.one, chance, components)
        word = self.other or self.from_ or REST
        other = group(snapshot, word, chance, components, besides=first)
        if first.outside:
            raise UsageError(
                f"{CLIENTS} can only be the second group", hint="Name the nodes first."
            )
        if any(OBSERVER in found.tiers for found in (first, other)):
            raise UsageError("the observer is in no group: it measures", hint="Name another node.")
        if not other.outside and 0 < len(other.nodes) < len(first.nodes):
            return other, first, False
        return first, other, True

    def expects(self, before: Before) -> Iterable[Prediction]:
        """A leader may go on acknowledging while it is cut off from its followers alone."""
        cut_from = lease_cut(before)
        led = cut_from.still_led(self.for_) if cut_from else ""
        yield promises.lost(before, exposed_s=self.for_, nobody=led)
        band = cut_from.stopped(self.for_) if cut_from else None
        if band is not None:
            yield promises.stops(band)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """End the helpers; their rules go with them."""
        return restored(target)


FAULT = Partition
