"""How a fault begins: its record is opened, its healer is started, and it is injected."""

from __future__ import annotations

import time

from sdctl.chaos import healer, healing, record_times
from sdctl.chaos.experiment import Experiment
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation.errors import TargetRefused, VerdictUnknown
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.targets.operations import of_fault

_UNDONE = "The fault did not begin, and what was begun of it is undone."


def open_record(experiment: Experiment, plan: FaultPlan, run: str) -> Record:
    """The record of a fault that is to begin, on the disk before anything is broken."""
    return fault_records.open_record(
        experiment.stack,
        kind=experiment.fault.kind,
        asked=experiment.fault.asked,
        params=experiment.fault.params(),
        how=plan.how,
        tier=plan.tier,
        target=plan.target,
        for_s=plan.for_s,
        spare_s=plan.spare_s,
        run=run,
    )


def begin(experiment: Experiment, record: Record) -> tuple[Record, float]:
    """Start its healer. Returns the record, and the moment from which its operations may begin.
    Raises ``VerdictUnknown`` where somebody has ended it by then."""
    healer.start_healer(experiment.stack, record)
    healing.announce(experiment.engine, record)
    record = fault_records.injecting(experiment.stack, record)
    if record.ending_by:
        raise VerdictUnknown(
            f"{record.id} was ended by {record.ending_by} before it began",
            hint="Nothing was broken. Give the command again.",
        )
    # the moment that was written down, so that a run that is judged again has the same
    return record, record_times.injected_at(record)


def inject(experiment: Experiment, plan: FaultPlan, record: Record) -> float:
    """Break it; when that began, a moment of ``time.monotonic()``."""
    operations = of_fault(plan.inject, record.id)
    for operation in operations:
        experiment.steps.say(str(operation))
    began = time.monotonic()
    for operation in operations:
        try:
            output = experiment.engine.apply(operation)
        except TargetRefused as error:
            raise VerdictUnknown(
                error.message, hint=f"{_UNDONE} {error.hint}", details=error.details
            ) from None
        if output.code not in (0, 137):  # 137: the command died with what it killed
            said = output.stderr.strip() or output.code
            raise VerdictUnknown(f"{operation} failed: {said}", hint=_UNDONE)
    return began
