"""One fault: written down, injected, watched, healed. ``fault_verdict.py`` tells what it did."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from sdctl.chaos import (
    early_end,
    effects,
    healing,
    injection,
    node_states,
    predictions,
    record_times,
    visibility,
)
from sdctl.chaos.early_end import EarlyEnd
from sdctl.chaos.effects import SeenEffects
from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.chaos.fault_on import FaultOnStack
from sdctl.chaos.succession import aimed
from sdctl.faults.ending import Seen, by_role
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.teaching import Prediction
from sdctl.foundation import signals
from sdctl.judge.attribution import Span
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.seen_effect import SeenEffect
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.target import Target


@dataclass(frozen=True, kw_only=True)
class Life:
    """A fault that is over."""

    fault: Fault
    plan: FaultPlan
    """As it was carried out."""
    record: Record
    before: Snapshot
    """The stack when it began."""
    led: frozenset[str]
    """Who led then."""
    predictions: tuple[Prediction, ...]
    facts: RunFacts
    injected_at: float
    """A moment of ``time.monotonic()``. Setting the clock of the machine does not move it."""
    healed_at: float
    """When it was undone, on the same clock."""

    @property
    def span(self) -> Span:
        """From when to when it was on."""
        return self.injected_at, self.healed_at

    def cut_short(self) -> Life:
        """The same, of a run that was interrupted."""
        return replace(self, facts=replace(self.facts, interrupted=True))


def live(
    experiment: Experiment,
    plan: FaultPlan,
    load: RunningLoad,
    before: Snapshot,
    stop: threading.Event | None = None,
) -> Life:
    """The life of a fault. Whatever happens, it is healed before this returns. Interrupted once it
    is written down, it is healed at once. ``stop`` ends it early."""
    plan, led = aimed(experiment.fault, plan, before, experiment.components)
    expected = predictions.predicted(experiment, plan, before, load.writes())
    seen, measured, interrupted = Seen(), SeenEffects(), False
    on: FaultOnStack | None = None
    try:
        with signals.held():
            record = injection.open_record(experiment, plan, load.run)
            try:
                with signals.let_in():
                    record, since = injection.begin(experiment, record)
                    plan = plan.seen_by(experiment.engine.abilities, record.id)
                    began = injection.inject(experiment, plan, record)
                    measured = effects.measure(experiment.engine, plan, experiment.steps.now)
                    if measured.refuted:
                        strayed = early_end.strayed(plan, experiment.snapshot())
                        seen = Seen(ended_by=by_role(strayed))
                    else:
                        on = FaultOnStack(
                            experiment=experiment,
                            plan=plan,
                            load=load,
                            record=record,
                            led=led,
                            heirs=experiment.heirs(plan, before).there,
                            since=since,
                            began=began,
                            look_s=measured.look_s,
                            looked_at=measured.at,
                            stop=stop or threading.Event(),
                        )
                        seen = experiment.fault.ending.wait(on)
                        measured = _to_the_end(on, measured)
            finally:
                record, early, lasted = _heal(experiment.engine, experiment.stack, plan, record)
                injected_at = on.since if on else record_times.injected_at(record)
                healed_at = record_times.monotonic(record.healed_at or record.until)
    except KeyboardInterrupt:
        interrupted = True
    found = measured.seen + seen.effects
    if by := early.by if early else seen.ended_by:
        found = effects.as_ended_early(found)
    hidden = early.hides_effect if early else seen.ended_by is not None
    facts = RunFacts(
        lasted_s=_lasted_s(plan, healed_at - injected_at, early),
        alone=experiment.heirs(plan, before).none,
        effects=(effects.as_hidden(found) if hidden else found) + lasted,
        led=seen.led,
        led_after_s=seen.led_after_s,
        figures=seen.figures,
        came_back=seen.came_back,
        unseen=seen.unseen,
        ended_by=by,
        interrupted=interrupted,
        begun=record.injected_at is not None,
        ill_before=visibility.ill(before),
    )
    return Life(
        fault=experiment.fault,
        plan=plan,
        record=record,
        before=before,
        led=led,
        predictions=expected,
        facts=facts,
        injected_at=injected_at,
        healed_at=healed_at,
    )


def _lasted_s(plan: FaultPlan, on_s: float, early: EarlyEnd | None) -> float:
    """For how long it was on, in seconds: as measured, else by its moments."""
    measured = early.after_s if early is not None else None
    return min(on_s if measured is None else measured, plan.for_s)


def _to_the_end(on: FaultOnStack, measured: SeenEffects) -> SeenEffects:
    """What was measured, with a last look where there was time for another one. A fault that stays
    on for its time does so also when the last look was quicker than the first."""
    stays = time.monotonic() >= on.until
    if not on.looks_again or on.ended():
        return measured
    late = on.end + on.plan.spare_s / 2
    engine = on.experiment.engine
    again = effects.measure_again(engine, on.plan, measured, on.now, late=late, ended=on.ended)
    if stays and not on.ended():
        on.rest(on.end)
    return again


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
    frozen = node_states.frozen_s(engine, plan, record_times.wall(record.injected_at))
    return (
        record,
        early or early_end.thawed_early(plan, record, frozen),
        node_states.lasted(plan, frozen),
    )
