"""After the faults of a run: wait until everything is well, then read the stores back."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sdctl.chaos import (
    outages,
    predictions,
    preparation,
    record_times,
    settling,
    visibility,
)
from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.chaos.life import Life
from sdctl.chaos.settling import ReadBack
from sdctl.faults.fault import disturbing
from sdctl.faults.teaching import Prediction
from sdctl.foundation import waiting
from sdctl.judge.attribution import Span, beside, overlapping
from sdctl.judge.ledger import Write
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.verdict import Verdict
from sdctl.load.result import LoadResult
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Snapshot

AFTER_S = 2.0
"""How long writes must have gone well after the recovery before the load may end."""
RETURN_S = 5.0
"""How much longer than that writes which do not come back are waited for."""


@dataclass(frozen=True, kw_only=True)
class End:
    """Everything that is known when a run is over."""

    run: str
    last: Snapshot
    """When every node was well, or the time for that was over."""
    settled: Snapshot
    """When the stores had been read."""
    unseen: str | None
    result: LoadResult | None
    reading: ReadBack
    writes: Sequence[Write]
    ticks: Sequence[Mapping[str, Any]]
    samples: Sequence[Mapping[str, Any]]
    outages: Mapping[str, Outage | None]
    """How long writes stopped by each fault; None: not known."""
    spans: Mapping[str, Span]
    """From when to when each fault was on, also those that were measured before with this load."""
    kinds: Mapping[str, str]
    """What kind each of these is."""

    predictions: Mapping[str, Sequence[Prediction]]
    """What each fault of this run predicted."""

    @property
    def of_day(self) -> bool:
        """Whether this run has several faults itself."""
        return len(self.outages) > 1

    def beside(self, fault: str, figure: Prediction | None = None) -> str:
        """What else was on while a fault was, such as ``f-5 kill-leader``, so that a figure that it
        predicted, or else the time of a failover, is compared with nothing. Empty: it may be
        compared. A time may where all others leave writes alone, and that there is none of
        something where each of them that tells of it says so too."""
        if figure is None:
            return beside(fault, self.spans, disturbing(self.kinds))
        others = overlapping(fault, self.spans)
        alike = [
            prediction
            for it in others
            for prediction in self.predictions.get(it, ())
            if prediction.what == figure.what
        ]
        none_at_all = self.predictions.keys() >= set(others) and all(
            prediction.high == 0 for prediction in (figure, *alike)
        )
        return "" if none_at_all else beside(fault, self.spans, self.kinds)

    def verdict(self, facts: RunFacts) -> Verdict:
        """Of the run without its faults."""
        return Verdict(
            run=self.run,
            load=LoadFacts.of_json(self.result.to_json()) if self.result else None,
            audit=self.reading.audit,
            settled=self.reading.settled,
            unsettled=self.reading.why,
            complete=self.result is not None,
            ledger_writes=len(self.writes),
            facts=replace(
                facts, ill_after=visibility.ill(self.last), unseen=facts.unseen or self.unseen
            ),
        )


def bring_to_end(
    experiment: Experiment,
    lives: Sequence[Life],
    load: RunningLoad,
    *,
    hurry: bool,
    before_the_load_ends: Callable[[], None] = lambda: None,
) -> End:
    """Wait until everything is well, end the load, and read the stores back. In a ``hurry`` nothing
    is waited for."""
    absence = visibility.ObserverAbsence()
    last = _well(experiment, lives, absence, timeout_s=0 if hurry else settling.SETTLE_S)
    if not hurry:
        _steady(load, time.monotonic())
        before_the_load_ends()
    own = {life.record.id: life.span for life in lives}
    earlier = _earlier(experiment, load.run, own)
    spans = own | {record.id: record_times.span(record) for record in earlier}
    stopped = _outages(own, spans, load, timeout_s=0 if hurry else AFTER_S)
    result = load.stop()
    writes = load.writes()
    experiment.steps.say("settling: waiting for every accepted order, then reading all stores back")
    reading = settling.audit(
        experiment.engine,
        experiment.stack,
        load.run,
        writes,
        goes_on=result is None,
        hurry=hurry,
        tell=lambda why: experiment.steps.now(f"settling: {why}"),
    )
    return End(
        run=load.run,
        last=last,
        settled=experiment.snapshot(),
        unseen=absence.lost,
        result=result,
        reading=reading,
        writes=writes,
        ticks=load.ticks(),
        samples=predictions.samples(experiment, load),
        outages=in_the_end(stopped, spans, writes, complete=result is not None),
        spans=spans,
        kinds={record.id: record.kind for record in (*(life.record for life in lives), *earlier)},
        predictions={life.record.id: life.predictions for life in lives},
    )


def _well(
    experiment: Experiment,
    lives: Sequence[Life],
    absence: visibility.ObserverAbsence,
    *,
    timeout_s: float,
) -> Snapshot:
    """How the stack is when every node is well again, or nobody sees it, or the time is over."""
    healed = "healed" if any(life.facts.begun for life in lives) else "no fault had begun"
    then = "waiting until every node is well again" if timeout_s else "looking at the nodes once"
    experiment.steps.say(f"{healed}; {then}")
    return waiting.until(
        lambda: preparation.tell_who_is_ill(
            absence.take(experiment.snapshot()), experiment.steps.now
        ),
        lambda seen: seen.healthy or absence.lost is not None,
        timeout_s=timeout_s,
    )[1]


def _earlier(experiment: Experiment, run: str, own: Collection[str]) -> list[Record]:
    """The other faults that were measured with this load."""
    return [
        record for record in fault_records.all_records(experiment.stack)
        if record.run == run and record.injected_at and record.id not in own
    ]  # fmt: skip


def _outages(
    own: Mapping[str, Span], spans: Mapping[str, Span], load: RunningLoad, *, timeout_s: float
) -> dict[str, Outage | None]:
    """How long writes stopped by each of its ``own`` faults, as far as the ledger tells by then."""

    def told() -> dict[str, Outage | None]:
        writes, now = load.writes(), time.monotonic()
        return {
            fault: outages.outage_among(writes, span, list(spans.values()), now=now)
            for fault, span in own.items()
        }

    return waiting.until(told, lambda found: None not in found.values(), timeout_s=timeout_s)[1]


def in_the_end(
    stopped: Mapping[str, Outage | None],
    spans: Mapping[str, Span],
    writes: Sequence[Write],
    *,
    complete: bool = True,
) -> dict[str, Outage | None]:
    """Pure: the same by all ``writes`` that it is judged by. A load of few writes a second is
    silent for longer than anybody waits for the next."""
    known = outages.by_fault(writes, spans, complete=complete)
    return {fault: known[fault] or found for fault, found in stopped.items()}


def _steady(load: RunningLoad, since: float) -> None:
    waiting.until(
        lambda: [at for at in acks(load) if at > since + AFTER_S],
        lambda later: len(later) > 0,
        timeout_s=AFTER_S + RETURN_S,
        every_s=0.2,
    )


def acks(load: RunningLoad) -> list[float]:
    """The moments at which writes were acknowledged."""
    return sorted(write.done_at for write in load.writes() if write.outcome == "acknowledged")
