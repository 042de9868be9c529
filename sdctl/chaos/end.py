"""After the faults of a run: wait until everything is well, read the stores back, and judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sdctl.chaos import attempts, outages, predictions, preparation, settling, visibility
from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.chaos.fault_on import ASKED_S
from sdctl.chaos.life import Life
from sdctl.chaos.phase_timing import timing
from sdctl.chaos.settling import ReadBack
from sdctl.chaos.succession import successor
from sdctl.faults import advice
from sdctl.faults.selector import meant
from sdctl.faults.teaching import Course
from sdctl.foundation import waiting
from sdctl.judge.attribution import Span, beside, harmed
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.ledger import Write
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.takeover import Takeover
from sdctl.judge.verdict import Verdict
from sdctl.judge.write_times import WriteTimes
from sdctl.load.result import LoadResult
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
    outages: Sequence[Outage | None]
    """Of each fault."""
    spans: Mapping[str, Span]
    """From when to when each fault was on."""
    kinds: Mapping[str, str]
    """What kind each fault is."""

    def beside(self, fault: str) -> str:
        """What else was on while a fault was, such as ``f-5 kill-leader``; empty: nothing."""
        return beside(fault, self.spans, self.kinds)

    def verdict(self, facts: RunFacts) -> Verdict:
        """Of the run without its faults."""
        return Verdict(
            run=self.run,
            load=LoadFacts.of_json(self.result.to_json()) if self.result else None,
            audit=self.reading.audit,
            settled=self.reading.settled,
            unsettled=self.reading.why,
            complete=self.result is not None,
            facts=replace(
                facts, ill_after=visibility.ill(self.last), unseen=facts.unseen or self.unseen
            ),
        )


def reach(
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
    healed = "healed" if any(life.facts.begun for life in lives) else "no fault had begun"
    experiment.steps.say(
        f"{healed}; {'looking' if hurry else 'waiting until every node is well again'}"
    )
    _, last = waiting.until(
        lambda: preparation.tell_who_is_ill(
            absence.take(experiment.snapshot()), experiment.steps.now
        ),
        lambda seen: seen.healthy or absence.lost is not None,
        timeout_s=0 if hurry else settling.SETTLE_S,
    )
    if not hurry:
        _steady(load, time.monotonic())
        before_the_load_ends()
    _, stopped = waiting.until(
        lambda: [_outage(life, lives, load) for life in lives],
        lambda found: None not in found,
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
    return End(
        run=load.run,
        last=last,
        settled=experiment.snapshot(),
        unseen=absence.lost,
        result=result,
        reading=reading,
        writes=load.writes(),
        ticks=load.reads(),
        samples=predictions.samples(experiment, load),
        outages=stopped,
        spans={life.record.id: _span(life) for life in lives},
        kinds={life.record.id: life.record.kind for life in lives},
    )


def judged(experiment: Experiment, life: Life, end: End, outage: Outage | None) -> Verdict:
    """The verdict on one fault of the run."""
    timed = timing(
        experiment.engine,
        experiment.profile,
        experiment.components,
        life.record,
        outage,
        life.facts.led_after_s,
        alone=life.facts.alone,
        meanwhile=end.beside(life.record.id),
    )
    small = experiment.heirs(life.plan, life.before).too_few
    alone = experiment.components[life.plan.tier].alone if small else None
    audit = end.reading.audit
    messages = attempts.since(
        life.before, end.settled, experiment.profile, audit.failed if audit else None
    )
    course = Course(
        injected_at=life.injected_at,
        healed_at=life.healed_at,
        before=life.before,
        after=end.last,
        writes=end.writes,
        samples=end.samples,
        audit=audit and audit.of(harmed(end.writes, life.record.id, end.spans)),
        outage=outage,
        figures=life.facts.figures,
        stale_reads=end.result.stale_reads if end.result else None,
        messages=messages,
    )
    seen = with_ledger(with_logs(life.facts, timed), end.writes, _span(life))
    of_run = end.verdict(
        replace(seen, unseen=seen.unseen or load_ended(end.writes, life.healed_at))
    )
    after = successor(end.last, life.plan, life.led, logged=timed.leader)
    return replace(
        of_run,
        fault=FaultFacts.of(life.record),
        timing=timed,
        stops_writes=life.fault.ending.stops_writes,
        facts=replace(of_run.facts, messages=messages),
        write_times=WriteTimes.around(end.writes, _span(life)),
        reads=outages.reads_of(end.ticks, outage, time.monotonic() - time.time()),
        leader_before=life.plan.leader_before,
        leader_after=after,
        took_over=_took_over(after, life, course),
        expected=tuple(
            replace(
                prediction.beside(course).in_run(
                    of_run.times_count, cut_short=life.facts.cut_short
                ),
                meanwhile=end.beside(life.record.id),
            )
            for prediction in life.predictions
        ),
        next_step=advice.after(
            life.fault,
            alone,
            meant(life.before, experiment.components, getattr(life.fault, "seed", None)),
        ),
    )


def _took_over(after: str | None, life: Life, course: Course) -> Takeover | None:
    """Who leads now instead of whom the fault hit, if that cost acknowledged writes."""
    if after is None or after == life.plan.leader_before or course.audit is None:
        return None
    node = life.before.nodes().get(after)
    stopped_at = course.outage.since if course.outage else None
    facts = node.facts if node else {}
    return Takeover.of(after, frozenset(course.audit.lost), course.writes, stopped_at, facts)


def with_logs(facts: RunFacts, timed: Timing) -> RunFacts:
    """Pure: the course, where the servers' own logs tell of a leader that the observer, on a busy
    machine, did not see in time."""
    took, lasted = timed.failover_s, facts.lasted_s
    late = facts.led is False and took is not None and lasted is not None and took <= lasted
    return replace(facts, led=True) if late else facts


def load_ended(writes: Sequence[Write], healed_at: float) -> str | None:
    """Pure: that the load, which another sdctl sent, was over long before the fault; None: it was
    not."""
    before_s = healed_at - max((write.done_at for write in writes), default=healed_at)
    # whoever sends has an outcome more often than that, also while nothing answers
    return f"the load ended {before_s:.0f} s before the fault did" if before_s > ASKED_S else None


def with_ledger(facts: RunFacts, writes: Sequence[Write], on: Span) -> RunFacts:
    """Pure: the course, where the last look at the writes fell into a short gap of a busy machine:
    the ledger has the whole time in which the fault was ``on``."""
    late = facts.came_back is False and outages.came_back(writes, on)
    return replace(facts, came_back=True) if late else facts


def _span(life: Life) -> Span:
    return life.injected_at, life.healed_at


def _outage(life: Life, lives: Sequence[Life], load: RunningLoad) -> Outage | None:
    """How long writes stopped by a fault, as far as the ledger tells now."""
    writes = load.writes()
    return outages.outage_among(writes, _span(life), map(_span, lives), now=time.monotonic())


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
