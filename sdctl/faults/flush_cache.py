"""flush-cache: the cache is emptied at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from sdctl.faults import promises
from sdctl.faults._limits import about, outside
from sdctl.faults._on_nodes import answer
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import Ask, Fault, option, recorded
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import impossible, select
from sdctl.foundation.errors import NoSuchTarget, SdctlError, UsageError
from sdctl.foundation.units import duration
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before, Prediction
    from sdctl.state.snapshot import NodeStatus, Snapshot
    from sdctl.targets.target import Output

_FOR_S = 1.0, 600.0


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
    flushes: Mapping[str, int] = recorded()
    """By primary, how often it was emptied before."""

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time, and whom it hits."""
        yield from outside("for", self.for_, *_FOR_S)
        if error := impossible(self.where, components):
            yield about("where", error)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """Each primary empties itself; its replicas follow."""
        self.check(components)
        tier, target, primaries = self._hit(snapshot, components)
        flush = components[tier].flush
        if flush is None:
            able = [
                tier for tier, other in components.items() if other.flush and tier in snapshot.tiers
            ]
            raise UsageError(
                f"the {tier} cannot be emptied",
                hint=f"These tiers can: {', '.join(able) or 'none here'}.",
            )
        if not primaries:
            raise NoSuchTarget(
                f"{target} is no primary: a replica has what its primary has",
                hint="`sdctl status` shows the primaries.",
            )
        return FaultPlan(
            tier=tier,
            target=target,
            how=None,
            inject=tuple(
                Exec(node=node.name, command=flush.command, cause="flush-cache",
                     told=f"empty {node.name}")
                for node in primaries
            ),
            effects=tuple(
                _effect(
                    node,
                    flushes=self.flushes.get(node.name, 0),
                    count=(flush.flushes, flush.keys),
                )
                for node in primaries
            ),
            for_s=self.for_,
        )  # fmt: skip

    def at_once(
        self, plan: FaultPlan, snapshot: Snapshot, components: Mapping[str, Component]
    ) -> FaultPlan:
        """With the keys that are there by now, unless other primaries are."""
        now = self.plan(snapshot, components)
        return now if now.target == plan.target else plan

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """With how often each primary was emptied before."""
        tier, _, primaries = self._hit(snapshot, components)
        flush = components[tier].flush
        if flush is None:
            return self  # plan() refuses it
        flushes = {}
        for node in primaries:
            said = ask(Exec(node=node.name, command=flush.flushes, cause="count its flushes"))
            unread = f"{node.name} does not say how often it was emptied"
            flushes[node.name] = answer(said, _flushes, unread)
        return dataclasses.replace(self, flushes=flushes)

    def _hit(
        self, snapshot: Snapshot, components: Mapping[str, Component]
    ) -> tuple[str, str, list[NodeStatus]]:
        """The tier, the target's name, its primaries."""
        found = select(snapshot, self.where, components=components)
        return found.tier, found.name, [node for node in found.nodes if node.role == "primary"]

    def expects(self, before: Before) -> Iterable[Prediction]:
        """What is in the cache is in the database too."""
        return (promises.lost(before),)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Nothing: the next reads fill it."""
        return ()


def _flushes(printed: str) -> int:
    """Nothing is no 0: then it was not said."""
    if not printed.strip().isdecimal():
        raise ValueError("it does not say how often it was emptied")
    return int(printed)


def _effect(node: NodeStatus, *, flushes: int, count: tuple[tuple[str, ...], ...]) -> Effect:
    """Reads fill a cache again at once, a small one faster than its keys are counted. So it is the
    server's count of flushes that tells whether the keys of before are gone."""
    before = node.facts.get("keys")

    def read(outputs: Sequence[Output]) -> float:
        keys = float(outputs[1].stdout)
        return 0.0 if _flushes(outputs[0].stdout) > flushes else keys

    def note(outputs: Sequence[Output]) -> str:
        keys = int(outputs[1].stdout)
        emptied = _flushes(outputs[0].stdout) > flushes
        return f"reads have put {keys} there since" if emptied and keys else ""

    return Effect(
        what=f"left in {node.name} ({before if isinstance(before, int) else 0} at first)",
        asked=0.0,
        unit="keys",
        operations=tuple(
            Exec(node=node.name, command=command, cause="measure the effect") for command in count
        ),
        read=read,
        note=note,
    )


FAULT = FlushCache
