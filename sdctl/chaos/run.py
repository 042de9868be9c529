"""Inject → watch → heal → settle → read back → verdict. The order every fault goes through."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sdctl import observe, signals, waiting
from sdctl.chaos import healing, judging
from sdctl.chaos import log as fault_log
from sdctl.chaos.leading import aimed, leading, successor
from sdctl.chaos.log import Record
from sdctl.chaos.timing import timing
from sdctl.components.component import Component
from sdctl.engine.engine import Engine
from sdctl.errors import SdctlError
from sdctl.faults.fault import Fault, FaultPlan
from sdctl.ledger import Write
from sdctl.load.result import LoadResult
from sdctl.profile import Profile
from sdctl.snapshot import Snapshot
from sdctl.stack import Stack
from sdctl.verdict import LoadFacts, Verdict

BASELINE_ACKS = 100
"""Acknowledged writes before the fault, so that the usual gap between two is known."""
BASELINE_TIMEOUT_S = 15.0
AFTER_S = 2.0
"""How long writes must have gone well after the recovery before the load may end."""


class Writing(Protocol):
    """A load that runs beside the fault."""

    run: str

    def writes(self) -> Sequence[Write]:
        """What is known so far."""
        ...

    def stop(self) -> LoadResult | None:
        """End it, if it is ours to end; its result."""
        ...


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Everything a fault's run needs; ``say`` is told each step."""

    engine: Engine
    stack: Stack
    profile: Profile
    components: Mapping[str, Component]
    fault: Fault
    say: Callable[[str], None]

    def snapshot(self) -> Snapshot:
        """The stack as it is now."""
        return observe.snapshot(self.engine, self.stack.name, self.stack.secrets())


def run(experiment: Experiment, plan: FaultPlan, load: Writing) -> Verdict:
    """One fault from baseline to verdict. Whatever happens, it is healed before this returns."""
    say = experiment.say
    say("baseline: waiting for steady writes")
    waiting.until(
        lambda: _acks(load), lambda acks: len(acks) >= BASELINE_ACKS, timeout_s=BASELINE_TIMEOUT_S
    )
    plan, led = aimed(experiment.fault, plan, experiment.snapshot(), experiment.components)
    with signals.held():
        record = _open(experiment, plan, load.run)
        try:
            with signals.let_in():
                record, injected_at = _inject_and_watch(experiment, plan, record, load, led)
        finally:
            record = fault_log.own(experiment.stack, record.id) or record
            # also when others have healed it: its operations may have come after that
            record = healing.heal(experiment.engine, experiment.stack, record, certain=True)
    say("healed; waiting until every node is ok again")
    _, last = waiting.until(
        experiment.snapshot, lambda seen: seen.healthy, timeout_s=judging.SETTLE_S
    )
    _steady(load, time.monotonic())
    stopped = judging.outage_of(load.writes(), injected_at, now=time.monotonic())
    result = load.stop()
    say("settling: every accepted order to its end, then reading all stores back")
    reading = judging.audit(
        experiment.engine, experiment.stack, load.run, load.writes(), goes_on=result is None
    )
    timed = timing(experiment.engine, experiment.profile, experiment.components, record, stopped)
    return Verdict(
        run=load.run,
        fault=judging.facts(record),
        load=LoadFacts.of(result) if result else None,
        timing=timed,
        audit=reading.audit,
        settled=reading.settled,
        complete=result is not None,
        leader_before=plan.leader_before,
        leader_after=successor(last, plan, led, logged=timed.leader),
    )


def _open(experiment: Experiment, plan: FaultPlan, run: str) -> Record:
    return fault_log.open_record(
        experiment.stack,
        kind=experiment.fault.kind,
        params=experiment.fault.params(),
        how=plan.how,
        tier=plan.tier,
        target=plan.target,
        for_s=plan.for_s + plan.spare_s,
        run=run,
    )


def _inject_and_watch(
    experiment: Experiment, plan: FaultPlan, record: Record, load: Writing, led: frozenset[str]
) -> tuple[Record, float]:
    """From its healer's start to what it did; also the moment of its first operation."""
    healing.start_healer(experiment.stack, record)
    healing.announce(experiment.engine, record)
    record = fault_log.injecting(experiment.stack, record)
    injected_at = judging.injected_at(record)
    for operation in plan.inject:
        experiment.say(str(operation))
    began = time.monotonic()
    for operation in plan.inject:
        output = experiment.engine.apply(operation)
        if output.code not in (0, 137):  # 137: the command died with what it killed
            raise SdctlError(f"{operation} failed: {output.stderr.strip() or output.code}")
    if experiment.fault.watches == "time":
        hold(experiment.engine, plan, began)
    else:
        _watch(experiment, plan, load, injected_at, led)
    return record, injected_at


def hold(engine: Engine, plan: FaultPlan, began: float) -> None:
    """Let a fault last exactly its time, from its first operation to the first that undoes it.
    Nothing is looked at in between: that would take some of the time."""
    waiting.moment(began + plan.for_s)
    for operation in plan.undo:
        engine.apply(operation)


def _watch(
    experiment: Experiment,
    plan: FaultPlan,
    load: Writing,
    injected_at: float,
    led: frozenset[str],
) -> None:
    """Until the fault has done what it can do: a new leader and steady writes, or its time."""
    if experiment.fault.watches == "messages":
        experiment.say(f"failing messages for {plan.for_s:g} s")
        waiting.until(
            lambda: time.monotonic() - injected_at,
            lambda seconds: seconds >= plan.for_s,
            timeout_s=plan.for_s + 1,
            every_s=0.2,
        )
        return
    experiment.say("waiting for a new leader and steady writes")

    def recovered() -> bool:
        seen = experiment.snapshot()
        node = seen.nodes().get(plan.target)
        back = node is not None and node.state == "running" and node.health == "ok"
        moved = bool(leading(seen, plan.tier) - led)
        return (moved or back) and _back_again(load, injected_at)

    waiting.until(recovered, bool, timeout_s=plan.for_s, every_s=0.2)


def _steady(load: Writing, since: float) -> None:
    waiting.until(
        lambda: [at for at in _acks(load) if at > since + AFTER_S],
        lambda later: len(later) > 0,
        timeout_s=AFTER_S + 5,
        every_s=0.2,
    )


def _back_again(load: Writing, since: float) -> bool:
    return judging.outage_of(load.writes(), since, now=time.monotonic()) is not None


def _acks(load: Writing) -> list[float]:
    return sorted(each.done_at for each in load.writes() if each.outcome == "acknowledged")
