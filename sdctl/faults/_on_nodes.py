"""What the faults of whole nodes share: any TARGET, for a time, and then as before."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from sdctl.faults import promises
from sdctl.faults._limits import about, outside
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import Ask, Fault, option, recorded
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import Selected, impossible, must_run, named, select
from sdctl.faults.selector_words import ROLES, WORDS
from sdctl.foundation.errors import SdctlError, UsageError
from sdctl.foundation.units import duration, format_duration, write_duration
from sdctl.foundation.units import seed as whole

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before, Prediction
    from sdctl.state.snapshot import NodeStatus, Snapshot
    from sdctl.targets.operations import Op
    from sdctl.targets.target import Output

T = TypeVar("T")

TARGET = (
    f"A node (postgres-1), a tier (gateway), or some of a tier (cache:leader): {', '.join(WORDS)}. "
    "Such a word alone means the database's. Also cache:owner-of=KEY, queue:leader-of=QUEUE."
)
SEED = "Which node `any` is: the same number chooses the same one."


@dataclass(frozen=True, kw_only=True)
class OnNodes(Fault):
    """A fault of whole nodes. Subclasses have the fields ``where``, ``for_`` and ``seed``, and say
    what is done to each node."""

    figures: ClassVar[Mapping[str, str]] = promises.FIGURES
    does: ClassVar[str]
    """In words, of several nodes: ``paused``."""
    shortest_s: ClassVar[float] = 1.0
    longest_s: ClassVar[float] = 600.0

    where: str = option("", TARGET, argument=True)
    for_: float = option(10.0, "How long, such as 10s.", parse=duration)
    seed: int | None = option(None, SEED, parse=whole)
    of_day: Mapping[str, int] = recorded()
    """In a game day its ``seed``, of which this one's own is made; else empty."""

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """What breaks one node."""
        raise NotImplementedError

    def ends(self, node: str, cause: str) -> Op:
        """What undoes it; nothing where it is as before."""
        raise NotImplementedError

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time, and whom it hits."""
        yield from outside("for", self.for_, self.shortest_s, self.longest_s)
        if error := impossible(self.where, components):
            yield about("where", error)

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """With a seed."""
        return self._drawn()

    def _drawn(self) -> Self:
        if self.seed is not None:
            return self
        return dataclasses.replace(self, seed=random.randrange(10_000))

    def selected(self, snapshot: Snapshot, components: Mapping[str, Component]) -> Selected:
        """Whom it hits. Raises ``NoSuchTarget``, and ``UsageError`` for who measures."""
        found = select(snapshot, self.where, random.Random(self.seed), components)
        if found.tier == "observer":
            raise UsageError(
                f"the observer cannot be {self.does}: it measures", hint="Name another node."
            )
        must_run(found.nodes, self.does)
        return found

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """The same for each node, in order."""
        self.check(components)
        if self.seed is None:
            return self._drawn().plan(snapshot, components)
        found = self.selected(snapshot, components)
        named = "its tier was named" if self.where == found.tier else "it was named"
        whom = f"it is {found.asked}" if found.asked else named
        why = [whom, f"for {format_duration(self.for_)}"]
        if ":any" in found.asked:
            why[0] += f" by --seed {self.of_day.get('seed', self.seed)}"
        cause = ", ".join(why)
        # of a whole tier: where a primary goes, only its part needs another
        leads = [node.name for node in found.nodes if node.role == "leader"]
        return FaultPlan(
            tier=found.tier,
            target=found.name,
            how=write_duration(self.for_),
            inject=tuple(self.begins(node, cause) for node in found.nodes),
            for_s=self.for_,
            spare_s=5.0,
            leader_before=leads[0] if leads else None,
        )

    def expects(self, before: Before) -> Iterable[Prediction]:
        """A node that goes away takes nothing with it that was acknowledged."""
        return (promises.lost(before),)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """What is still there of them is as before."""
        cause = f"heal {self.kind}"
        return tuple(self.ends(node.name, cause) for node in named(snapshot, target))


@dataclass(frozen=True, kw_only=True)
class WorseNodes(OnNodes):
    """The base of those that make nodes worse and let them go on. What is done to a node is in that
    node alone, so it is over where the node stops, or loses the role for which it was hit."""

    ending: ClassVar[Ending] = ForItsTime()
    outlives_a_stop: ClassVar[bool] = False
    """Whether there is something to undo on a node that does not run."""

    @property
    def told(self) -> str:
        """What is asked for, in a word or two: ``200ms``."""
        return write_duration(self.for_)

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """How it is seen at one of its nodes."""
        raise NotImplementedError

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """With what shows it. Nobody has to take over from a node that goes on."""
        if self.seed is None:
            return self._drawn().plan(snapshot, components)
        plan = super().plan(snapshot, components)
        nodes = [operation.node for operation in plan.inject]
        return dataclasses.replace(
            plan,
            how=self.told,
            effects=tuple(effect for node in nodes for effect in self.effects(node, snapshot)),
            ends_with_nodes=True,
            roles=_roles(self.selected(snapshot, components)),
            leader_before=None,
        )

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Where it is gone with the node, there is nothing to undo."""
        return tuple(
            self.ends(node.name, f"heal {self.kind}")
            for node in named(snapshot, target)
            if node.state != "down" or self.outlives_a_stop
        )


def _roles(found: Selected) -> Mapping[str, str]:
    """By node, the role for which it was hit, where it was hit for that."""
    if found.asked.rpartition(":")[2] not in ROLES:
        return {}
    return {node.name: node.role for node in found.nodes if node.role}


def answer(said: Output, read: Callable[[str], T], unread: str) -> T:
    """What a node printed, as ``read`` understands it. Raises ``UsageError``, which begins with
    ``unread``, where that raises ``ValueError``."""
    try:
        return read(said.stdout)
    except ValueError:
        why = said.stderr.strip() or said.stdout.strip() or "it says nothing"
        raise UsageError(f"{unread}: {why}", hint="Nothing was done.") from None
