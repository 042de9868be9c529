"""One fault: written down, injected, watched, healed. ``fault_verdict.py`` tells what it did."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

from sdctl.chaos import (
    early_end,
    effects,
    healing,
    injection,
    node_states,
    predictions,
    record_times,
    unhealed,
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
    interrupted = False
    try:
        with signals.held():
            so_far = _SoFar(plan=plan, record=injection.open_record(experiment, plan, load.run))
            try:
                with signals.let_in():
                    _go_through(so_far, experiment, load, before, led, stop or threading.Event())
            finally:
                with unhealed.told(experiment.stack, so_far.record):
                    early, lasted = _heal(experiment.engine, experiment.stack, so_far)
    except KeyboardInterrupt:
        interrupted = True
    plan, record, on = so_far.plan, so_far.record, so_far.on
    injected_at = on.since if on else record_times.injected_at(record)
    healed_at = record_times.monotonic(record.healed_at or record.until)
    return Life(
        fault=experiment.fault,
        plan=plan,
        record=record,
        before=before,
        led=led,
        predictions=expected,
        facts=replace(
            _facts(so_far, early, lasted),
            lasted_s=_lasted_s(plan, healed_at - injected_at, early),
            alone=experiment.heirs(plan, before).none,
            interrupted=interrupted,
            ill_before=visibility.ill(before),
        ),
        injected_at=injected_at,
        healed_at=healed_at,
    )


@dataclass(kw_only=True)
class _SoFar:
    """What is known of a fault while it is on, also where that is interrupted."""

    plan: FaultPlan
    record: Record
    measured: SeenEffects = field(default_factory=SeenEffects)
    seen: Seen = field(default_factory=Seen)
    on: FaultOnStack | None = None
    """None: it did not get so far, or its effect was seen not to hold."""


def _go_through(
    so_far: _SoFar,
    experiment: Experiment,
    load: RunningLoad,
    before: Snapshot,
    led: frozenset[str],
    stop: threading.Event,
) -> None:
    """From its healer's start to its last look, all but its end."""
    so_far.record, since = injection.begin(experiment, so_far.record)
    so_far.plan = plan = so_far.plan.seen_by(experiment.engine.abilities, so_far.record.id)
    began = injection.inject(experiment, plan, so_far.record)
    so_far.measured = effects.measure(experiment.engine, plan, experiment.steps.now)
    if so_far.measured.refuted:
        strayed = early_end.strayed(plan, experiment.snapshot())
        so_far.seen = Seen(ended_by=by_role(strayed))
        return
    so_far.on = on = FaultOnStack(
        experiment=experiment,
        plan=plan,
        load=load,
        record=so_far.record,
        led=led,
        heirs=experiment.heirs(plan, before).there,
        since=since,
        began=began,
        look_s=so_far.measured.look_s,
        looked_at=so_far.measured.at,
        stop=stop,
    )
    so_far.seen = experiment.fault.ending.wait(on)
    so_far.measured = _to_the_end(on, so_far.measured)


def _facts(so_far: _SoFar, early: EarlyEnd | None, lasted: tuple[SeenEffect, ...]) -> RunFacts:
    """Pure: how it went, by what was seen of it. ``lasted``: what is known of its effect only when
    it is healed."""
    seen = so_far.seen
    found = so_far.measured.seen + seen.effects
    if by := early.by if early else seen.ended_by:
        found = effects.as_ended_early(found)
    hidden = early.hides_effect if early else seen.ended_by is not None
    return RunFacts(
        effects=(effects.as_hidden(found) if hidden else found) + lasted,
        led=seen.led,
        led_after_s=seen.led_after_s,
        figures=seen.figures,
        came_back=seen.came_back,
        unseen=seen.unseen,
        ended_by=by,
        begun=so_far.record.injected_at is not None,
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
    engine: Target, stack: Stack, so_far: _SoFar
) -> tuple[EarlyEnd | None, tuple[SeenEffect, ...]]:
    """Heal it. Who had ended it before its time, and what is known of its effect only now. Also
    when others have healed it: its operations may have come after that."""
    plan, record = so_far.plan, fault_records.own(stack, so_far.record.id) or so_far.record
    early = early_end.ended_by(engine, plan, record) if record.injected_at else None
    so_far.record = record = healing.heal_own(engine, stack, record)
    if record.injected_at is None:
        return early, ()
    frozen = node_states.frozen_s(engine, plan, record_times.wall(record.injected_at))
    return early or early_end.thawed_early(plan, record, frozen), node_states.lasted(plan, frozen)
