"""Inject → watch → heal → settle → read back → verdict. The order every fault goes through."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from sdctl.chaos import (
    attempts,
    early_end,
    effects,
    healer,
    healing,
    lesson,
    moments,
    outages,
    preparation,
    settling,
    visibility,
)
from sdctl.chaos.early_end import EarlyEnd
from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.chaos.fault_on import FaultOnStack
from sdctl.chaos.succession import aimed, heirs, successor
from sdctl.chaos.timing import timing
from sdctl.faults.ending import Seen
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.teaching import Course, Prediction
from sdctl.foundation import signals, waiting
from sdctl.foundation.errors import SdctlError
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.seen_effect import SeenEffect
from sdctl.judge.verdict import FaultFacts, LoadFacts, Timing, Verdict
from sdctl.state import fault_records
from sdctl.state.fault_records import Record
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec, Op, of_fault
from sdctl.targets.target import Target

BASELINE_ACKS = 100
"""Acknowledged writes before the fault, so that the usual gap between two is known."""
BASELINE_TIMEOUT_S = 15.0
AFTER_S = 2.0
"""How long writes must have gone well after the recovery before the load may end."""


def run(experiment: Experiment, plan: FaultPlan, load: RunningLoad) -> Verdict:
    """One fault from baseline to verdict. Whatever happens, it is healed before this returns.

    Interrupted once it is written down, it is healed at once and the figures so far are judged.
    """
    experiment.steps.say("baseline: waiting for steady writes")

    def acknowledged() -> int:
        count = len(_acks(load))
        experiment.steps.now(f"baseline: {count} of {BASELINE_ACKS} writes are acknowledged")
        return count

    waiting.until(acknowledged, lambda count: count >= BASELINE_ACKS, timeout_s=BASELINE_TIMEOUT_S)
    _, before = waiting.until(
        lambda: preparation.told(experiment.snapshot(), experiment.steps.now),
        lambda seen: seen.healthy,
        timeout_s=preparation.WELL_S,
    )
    plan, led = aimed(experiment.fault, plan, before, experiment.components)
    predictions = lesson.predicted(experiment, plan, before, load.writes())
    seen, measured, interrupted = Seen(), tuple[SeenEffect, ...](), False
    try:
        with signals.held():
            record = _open(experiment, plan, load.run)
            try:
                with signals.let_in():
                    healer.start_healer(experiment.stack, record)
                    healing.announce(experiment.engine, record)
                    record = fault_records.injecting(experiment.stack, record)
                    began = _inject(experiment, plan, record)
                    measured = effects.measure(experiment.engine, plan, experiment.steps.now)
                    if all(effect.holds for effect in measured):
                        on = FaultOnStack(
                            experiment=experiment,
                            plan=plan,
                            load=load,
                            record=record,
                            led=led,
                            heirs=heirs(before, plan),
                            began=began,
                        )
                        seen = experiment.fault.ending.wait(on)
            finally:
                record, early, lasted = _heal(experiment.engine, experiment.stack, plan, record)
    except KeyboardInterrupt:
        interrupted = True
    lasted_s = moments.monotonic(record.healed_at or record.until) - moments.injected_at(record)
    if early is not None and early.after_s is not None:
        lasted_s = early.after_s
    facts = RunFacts(
        lasted_s=min(lasted_s, plan.for_s),
        alone=plan.leader_before is not None and heirs(before, plan) is False,
        effects=measured + lasted,
        led=seen.led,
        led_after_s=seen.led_after_s,
        figures=seen.figures,
        came_back=seen.came_back,
        unseen=seen.unseen,
        ended_by=early.by if early else None,
        interrupted=interrupted,
        ill_before=visibility.ill(before),
    )
    try:
        return _judged(experiment, plan, load, record, facts, led, before, predictions)
    except KeyboardInterrupt:
        if interrupted:
            raise
        facts = replace(facts, interrupted=True)
        return _judged(experiment, plan, load, record, facts, led, before, predictions)


def _inject(experiment: Experiment, plan: FaultPlan, record: Record) -> float:
    """Break it; when that began, a moment of ``time.monotonic()``."""
    operations = of_fault(plan.inject, record.id)
    for operation in operations:
        experiment.steps.say(words(operation))
    began = time.monotonic()
    for operation in operations:
        output = experiment.engine.apply(operation)
        if output.code not in (0, 137):  # 137: the command died with what it killed
            raise SdctlError(f"{operation} failed: {output.stderr.strip() or output.code}")
    return began


def words(operation: Op) -> str:
    """An operation for people: what it comes to rather than its command."""
    return operation.told if isinstance(operation, Exec) and operation.told else str(operation)


def with_logs(facts: RunFacts, timed: Timing) -> RunFacts:
    """Pure: the course, where the servers' own logs tell of a leader that the observer, on a busy
    machine, did not see in time."""
    took, lasted = timed.failover_s, facts.lasted_s
    late = facts.led is False and took is not None and lasted is not None and took <= lasted
    return replace(facts, led=True) if late else facts


def _judged(
    experiment: Experiment,
    plan: FaultPlan,
    load: RunningLoad,
    record: Record,
    facts: RunFacts,
    led: frozenset[str],
    before: Snapshot,
    predictions: Sequence[Prediction],
) -> Verdict:
    """Wait until everything is well, read the stores back, and judge. One that was interrupted
    waits for nothing."""
    hurry, absence = facts.interrupted, visibility.ObserverAbsence()
    injected_at = moments.injected_at(record)
    experiment.steps.say(
        f"healed; {'looking' if hurry else 'waiting until every node is well again'}"
    )
    _, last = waiting.until(
        lambda: preparation.told(absence.take(experiment.snapshot()), experiment.steps.now),
        lambda seen: seen.healthy or absence.lost is not None,
        timeout_s=0 if hurry else settling.SETTLE_S,
    )
    if not hurry:
        _steady(load, time.monotonic())
    _, stopped = waiting.until(
        lambda: outages.outage_of(load.writes(), injected_at, now=time.monotonic()),
        lambda found: found is not None,
        timeout_s=0 if hurry else AFTER_S,
    )
    result = load.stop()
    experiment.steps.say("settling: every accepted order to its end, then reading all stores back")
    reading = settling.audit(
        experiment.engine,
        experiment.stack,
        load.run,
        load.writes(),
        goes_on=result is None,
        settle_s=0 if hurry else None,
        look=experiment.snapshot,
        tell=lambda why: experiment.steps.now(f"settling: {why}"),
    )
    timed = timing(
        experiment.engine,
        experiment.profile,
        experiment.components,
        record,
        stopped,
        facts.led_after_s,
    )
    messages = attempts.since(before, experiment.snapshot(), experiment.profile)
    course = Course(
        injected_at=injected_at,
        healed_at=moments.monotonic(record.healed_at or record.until),
        before=before,
        after=last,
        writes=load.writes(),
        samples=lesson.samples(experiment, load),
        audit=reading.audit,
        outage=stopped,
        figures=facts.figures,
        messages=messages,
    )
    facts = with_logs(facts, timed)
    return Verdict(
        run=load.run,
        fault=FaultFacts.of(record),
        load=LoadFacts.of_json(result.to_json()) if result else None,
        timing=timed,
        audit=reading.audit,
        settled=reading.settled,
        unsettled=reading.why,
        complete=result is not None,
        facts=replace(
            facts,
            ill_after=visibility.ill(last),
            unseen=facts.unseen or absence.lost,
            messages=messages,
        ),
        reads=outages.reads_of(load.reads(), stopped, time.monotonic() - time.time()),
        leader_before=plan.leader_before,
        leader_after=successor(last, plan, led, logged=timed.leader),
        expected=tuple(prediction.beside(course) for prediction in predictions),
        next_step=experiment.fault.next_step,
    )


def _open(experiment: Experiment, plan: FaultPlan, run: str) -> Record:
    return fault_records.open_record(
        experiment.stack,
        kind=experiment.fault.kind,
        params=experiment.fault.params(),
        how=plan.how,
        tier=plan.tier,
        target=plan.target,
        for_s=plan.for_s + plan.spare_s,
        run=run,
    )


def _heal(
    engine: Target, stack: Stack, plan: FaultPlan, record: Record
) -> tuple[Record, EarlyEnd | None, tuple[SeenEffect, ...]]:
    """Heal it; also who had ended it before its time, and what is known of its effect only now.
    Also when others have healed it: its operations may have come after that."""
    record = fault_records.own(stack, record.id) or record
    early = early_end.ended_by(engine, plan, record) if record.injected_at else None
    record = healing.heal(engine, stack, record, by=healing.BY_RUN, certain=True)
    if record.injected_at is None:
        return record, early, ()
    frozen = effects.frozen_s(engine, plan, moments.wall(record.injected_at))
    return record, early or early_end.thawed_early(plan, frozen), effects.lasted(plan, frozen)


def _steady(load: RunningLoad, since: float) -> None:
    waiting.until(
        lambda: [at for at in _acks(load) if at > since + AFTER_S],
        lambda later: len(later) > 0,
        timeout_s=AFTER_S + 5,
        every_s=0.2,
    )


def _acks(load: RunningLoad) -> list[float]:
    return sorted(write.done_at for write in load.writes() if write.outcome == "acknowledged")
