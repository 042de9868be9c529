"""What the faults share that the service does to itself: an entry in a table that each of its
replicas reads every second, with its end beside it. So it ends also when sdctl is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sdctl.app import contract
from sdctl.design.absent_tier import no_tier
from sdctl.faults._limits import outside
from sdctl.faults.ending import Ending, FaultOn, Seen
from sdctl.faults.fault import Fault, option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import leader_of
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady, SdctlError
from sdctl.foundation.units import counted, duration, format_duration
from sdctl.judge.seen_effect import SeenAtEnd, SeenEffect
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import NodeStatus, Snapshot

_STORE = "database"
"""Where the table is."""
_KNOWN_S = 10.0
_LEAST_S, _LONGEST_S = 0.001, 3600.0
_GONE_S = 2.0
"""For so long before its end nobody must have known of a fault, so that it is told as gone."""
NOTICE_S = 3.0
"""Replicas look each second: so much longer the order stands, to last its time from then on."""


class WhileTheyDoIt(Ending):
    """For its time, which runs from when every replica knows of the fault. Writes go on."""

    stops_writes = False

    def __init__(self, tier: str, fact: str, doing: str, who: str) -> None:
        self.tier, self.fact = tier, fact
        self.who = who
        """Who they are then, such as ``workers that fail messages``."""
        self.doing = doing
        """What the replicas do meanwhile, with ``{how}``."""

    def wait(self, fault: FaultOn) -> Seen:
        """Raises ``NotReady`` when the replicas never know."""
        plan = fault.plan
        doing = self.doing.format(how=plan.how)
        all_know = f"every {self.tier} node knows of the fault"
        fault.say(f"waiting until {all_know}")
        known, last = waiting.until(
            fault.snapshot,
            lambda seen: know(seen, self.tier, self.fact) or fault.over(),
            timeout_s=_KNOWN_S,
        )
        if not known:
            raise NotReady(
                f"{plan.target} did not take the order within {_KNOWN_S:g} s: {doing}",
                hint=f"It is taken back. `sdctl logs {self.tier}` may tell why.",
            )
        lasts_whole = self._lasts_whole(fault)
        fault.begins_now()
        first = self.effect(last)
        end = time.monotonic() + plan.for_s
        fault.say(f"{all_know}; it lasts {format_duration(plan.for_s)}")
        before = _counts(fault.snapshot(), self.tier)
        looks = list[tuple[float, SeenEffect]]()

        def look() -> bool:
            now, seen = time.monotonic(), fault.snapshot()
            looks.append((now, self.effect(seen)))
            so_far = _so_far(before, _counts(seen, self.tier))
            fault.now(f"{so_far or doing}; it lasts {max(end - now, 0):.0f} s more")
            return now >= end or fault.over()

        waiting.until(look, bool, timeout_s=plan.for_s + 1, every_s=0.5)
        if not first.holds:
            return Seen()
        # an entry that could not be written again ends by itself sooner
        until = end if lasts_whole else min(end, fault.began + plan.for_s + NOTICE_S)
        return Seen(effects=(replace(first, at_end=at_end(looks, until)),))

    def _lasts_whole(self, fault: FaultOn) -> bool:
        """Whether the entry stands for all of the fault's time from now on. Where it took long
        until all knew, as on a full machine, it is written again."""
        if time.monotonic() - fault.began < NOTICE_S:
            return True
        if fault.over():
            return False
        try:
            return not any(fault.apply(op).code for op in fault.plan.inject)
        except SdctlError:  # no leader right now
            return False

    def effect(self, seen: Snapshot) -> SeenEffect:
        """Pure: how many replicas know of it, of those that are well."""
        well = _well(seen, self.tier)
        knowing = sum(bool(node.facts.get(self.fact)) for node in well)
        return SeenEffect(
            what=self.who,
            asked=float(len(well)),
            seen=float(knowing),
            holds=bool(well) and knowing == len(well),
        )


def at_end(looks: Sequence[tuple[float, SeenEffect]], until: float) -> SeenAtEnd | None:
    """Pure: what the last looks before a moment tell, each with its own; None: they saw no replica
    that was well. One that was started again a moment ago does not know yet, so the fault counts as
    gone only where none of several looks saw that all know."""
    last = [seen for at, seen in looks if until - _GONE_S <= at <= until and seen.asked]
    if not last:
        return None
    if any(seen.holds for seen in last):
        return SeenAtEnd(seen=last[-1].asked, holds=True)
    return SeenAtEnd(seen=last[-1].seen, holds=False if len(last) > 1 else None)


def know(seen: Snapshot, tier: str, fact: str) -> bool:
    """Pure: whether every replica that is well shows the fact that tells of the fault."""
    replicas = _well(seen, tier)
    return bool(replicas) and all(node.facts.get(fact) for node in replicas)


def _well(seen: Snapshot, tier: str) -> list[NodeStatus]:
    return [node for node in seen.of_tier(tier) if node.health == "ok"]


def _counts(seen: Snapshot, tier: str) -> Mapping[str, float]:
    """Of all replicas together."""
    facts = [node.facts for node in seen.of_tier(tier)]
    return {
        name: sum(value for fact in facts if isinstance(value := fact.get(name), int))
        for name in ("failed", "dead")
    }


def _so_far(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Pure; empty where nothing failed, or the replicas were not seen or began anew."""
    failed, dead = (now[name] - before[name] for name in ("failed", "dead"))
    return f"so far {dead} dead letters, {failed} attempts failed" if failed > 0 <= dead else ""


@dataclass(frozen=True, kw_only=True)
class InService(Fault):
    """A fault of the service's own. Subclasses say which, of whom, and how much."""

    ending: ClassVar[WhileTheyDoIt]
    ends_by_itself: ClassVar[bool] = True

    for_: float = option(30.0, "How long, such as 30s.", parse=duration)

    @property
    def entry(self) -> str:
        """Its kind in the service's table."""
        return self.kind

    @property
    def amount(self) -> float:
        """How much of it, as the contract's kind counts it."""
        raise NotImplementedError

    @property
    def how(self) -> str:
        """The same for people."""
        raise NotImplementedError

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time."""
        yield from outside("for", self.for_, _LEAST_S, _LONGEST_S)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """An entry in the table that every replica reads each second."""
        tier, doing = self.ending.tier, self.ending.doing.format(how=self.how)
        if tier not in snapshot.tiers:
            raise no_tier(tier, snapshot.tiers, left_out=snapshot.left_out)
        self.check(components)
        entry = contract.begin_fault(self.entry, self.amount, self.for_ + NOTICE_S)
        return FaultPlan(
            tier=tier,
            target=counted(len(snapshot.tiers[tier].nodes), tier),
            how=self.how,
            inject=(_write(snapshot, entry, f"{doing}, for {format_duration(self.for_)}"),),
            for_s=self.for_,
            spare_s=NOTICE_S + 2,
        )

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Take the entry back."""
        return (_write(snapshot, contract.end_fault(self.entry), f"heal {self.kind}"),)


def _write(snapshot: Snapshot, statement: contract.Statement, told: str) -> Exec:
    leader = leader_of(snapshot, _STORE).name
    return Exec(node=leader, command=statement.command, cause=told, told=told)
