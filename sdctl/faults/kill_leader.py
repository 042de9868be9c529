"""kill-leader: the leader of a tier dies, or freezes, in one of five ways."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sdctl.design.absent_tier import no_tier
from sdctl.faults import promises
from sdctl.faults._groups import REST, Group, group
from sdctl.faults._limits import about, outside
from sdctl.faults._link import SPARE_S, restored
from sdctl.faults._reachability import cut, reachability
from sdctl.faults.fault import Fault, option
from sdctl.faults.fault_plan import LOAD_S, FaultPlan
from sdctl.faults.selector import leader_of
from sdctl.faults.teaching import Prediction
from sdctl.foundation.errors import SdctlError, UsageError
from sdctl.foundation.units import duration, format_duration
from sdctl.targets.operations import Exec, Kill, Op, Pause, Start, Stop, Unpause

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before
    from sdctl.state.snapshot import Snapshot

_LEAST_S = 1.0
_ALMOST = 0.9
"""Of its time: a last look at its effect comes before the end."""


@dataclass(frozen=True, kw_only=True)
class _Way:
    """One way in which a leader fails."""

    begins: Callable[[FaultPlan, Snapshot, Component], FaultPlan]
    """From the plan without operations to the whole one."""
    ends: Callable[[str], tuple[Op, ...]]
    """From the node to what undoes it."""
    next: str
    """The way to try after this one."""
    teaches: str
    """What this one shows to who tries it next."""
    dies: bool = False
    """Its server ends without a word, which is what others measure."""


def _by(operation: Callable[[str, str, Component], Op]) -> Callable[..., FaultPlan]:
    """Begun by one operation, made from the node, the cause and the tier's component."""

    def begins(plan: FaultPlan, snapshot: Snapshot, component: Component) -> FaultPlan:
        return replace(plan, inject=(operation(plan.target, _cause(plan), component),))

    return begins


def _cause(plan: FaultPlan) -> str:
    return f"it leads the {plan.tier}"


def _crash(node: str, cause: str, component: Component) -> Op:
    if component.crash is None:
        raise UsageError(f"{component.tier} cannot crash", hint="Use --how kill or stop.")
    told = f"crash the server of {node}: {cause}"
    return Exec(node=node, command=component.crash, cause=cause, told=told)


def _cut_off(plan: FaultPlan, snapshot: Snapshot, component: Component) -> FaultPlan:
    """From all other nodes, and from who comes from outside."""
    me = Group(nodes=(plan.target,), tiers=(plan.tier,), told=plan.target)
    all_ = replace(group(snapshot, REST, besides=me), outside=True)
    inject = (cut(plan.target, all_, cause=_cause(plan), for_s=plan.for_s),)
    return replace(
        plan,
        inject=inject,
        spare_s=SPARE_S,
        tries=(inject[0].as_trial(),),
        effects=(reachability(snapshot, inject),),
    )


def _start(node: str) -> tuple[Op, ...]:
    """It comes back as a follower."""
    return (Start(node=node, cause=_HEAL),)


_HEAL = "heal kill-leader"
_WAYS: Mapping[str, _Way] = {
    "kill": _Way(
        begins=_by(lambda node, cause, component: Kill(node=node, cause=cause)),
        ends=_start,
        dies=True,
        next="stop",
        teaches="the whole node ends, as when its machine loses power.",
    ),
    "stop": _Way(
        begins=_by(lambda node, cause, component: Stop(node=node, cause=cause)),
        ends=_start,
        next="pause",
        teaches="a leader that shuts down in order hands over, and nobody waits for it.",
    ),
    "crash": _Way(
        begins=_by(_crash),
        ends=_start,
        dies=True,
        next="kill",
        teaches="the server process ends alone, and its node can start it again.",
    ),
    "pause": _Way(
        begins=_by(lambda node, cause, component: Pause(node=node, cause=cause)),
        ends=lambda node: (Unpause(node=node, cause=_HEAL),),
        next="partition",
        teaches="a leader that froze comes back later, and still believes that it leads.",
    ),
    "partition": _Way(
        begins=_cut_off,
        ends=restored,
        next="crash",
        teaches="the leader goes on, and nobody hears of it.",
    ),
}
HOWS = tuple(_WAYS)
DEATHS = tuple(how for how, way in _WAYS.items() if way.dies)


def _how(text: str) -> str:
    if text not in HOWS:
        raise ValueError(f"{text!r} is none of {', '.join(HOWS)}")
    return text


@dataclass(frozen=True, kw_only=True)
class KillLeader(Fault):
    """The node that leads the tier goes away, and `sdctl` measures how long writes stop until
    another one leads. `--how` says in which way: kill (at once, as when its machine loses power),
    stop (in order, so it hands over), crash (only the server process ends), pause (it freezes, and
    comes back as somebody who leads) or partition (it goes on, cut off from everybody). It is
    undone when writes are back or after `--for`, and what was written is compared with the
    stores."""

    kind: ClassVar[str] = "kill-leader"
    summary: ClassVar[str] = "kill a tier's leader, and see how long writes stop"
    example: ClassVar[str] = "sdctl chaos kill-leader database --how kill"
    measured: ClassVar[tuple[str, ...]] = ("failover",)
    figures: ClassVar[Mapping[str, str]] = {**promises.FIGURES, **promises.STANDS}

    tier: str = option("database", "A tier that has a leader.", argument=True)
    how: str = option("kill", "kill, stop, crash, pause or partition.", parse=_how, value="WAY")
    for_: float = option(
        60.0, "The fault ends when writes are back, or after this time.", parse=duration
    )

    @property
    def advice(self) -> str:
        """The next of the ways, of the same tier."""
        how = _WAYS[self.how].next
        return f"Try `sdctl chaos kill-leader {self.tier} --how {how}`: {_WAYS[how].teaches}"

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """A tier that can have a leader, and a time in which one can be seen to come back."""
        yield from outside("for", self.for_, _LEAST_S, LOAD_S)
        for error in self._without_leader(components, components, {}):
            yield about("tier", error)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """The node that leads now, whichever that is."""
        for error in self._without_leader(snapshot.tiers, components, snapshot.left_out):
            raise error
        leader = leader_of(snapshot, self.tier)
        plan = FaultPlan(
            tier=self.tier,
            target=leader.name,
            how=self.how,
            inject=(),
            for_s=self.for_,
            leader_before=leader.name,
        )
        return _WAYS[self.how].begins(plan, snapshot, components[self.tier])

    def _without_leader(
        self,
        tiers: Collection[str],
        components: Mapping[str, Component],
        left_out: Mapping[str, str],
    ) -> Iterator[SdctlError]:
        """What is wrong with the tier, where those of ``tiers`` are there."""
        able = sorted(tier for tier in tiers if components[tier].leads)
        if self.tier not in tiers:
            yield no_tier(self.tier, able, left_out=left_out)
        elif self.tier not in able:
            yield UsageError(
                f"{self.tier} has no leader", hint=f"These tiers have one: {', '.join(able)}."
            )

    def expects(self, before: Before) -> Iterable[Prediction]:
        """How long writes stop is the component's to predict (``Component.predict``)."""
        yield promises.lost(before)
        component = before.components[self.tier]
        if self.how != "crash" and component.keeps_writes and before.heirs.none:
            yield Prediction(
                what=promises.STOPPED,
                low=self.for_ * _ALMOST,
                high=None,
                unit="s",
                why=f"{before.heirs.why_none}: writes wait until {before.plan.target} is back, "
                f"after {format_duration(self.for_)}",
                measure=promises.stopped,
            )
        elif self.how != "crash" and (deprived := before.heirs.deprived) is not None:
            _, band = deprived
            yield promises.stops(band)

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Start it again, or let it go on; it comes back as a follower."""
        return _WAYS[self.how].ends(target)


FAULT = KillLeader
