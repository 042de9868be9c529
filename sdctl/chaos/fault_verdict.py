"""What is known at the end of a run → the verdict on one of its faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdctl.chaos import attempts, outages
from sdctl.chaos.end import End
from sdctl.chaos.experiment import Experiment
from sdctl.chaos.fault_on import ASKED_S
from sdctl.chaos.life import Life
from sdctl.chaos.phase_timing import timing
from sdctl.chaos.succession import successor
from sdctl.faults import advice
from sdctl.faults.selector import meant
from sdctl.faults.teaching import Course
from sdctl.foundation import moments
from sdctl.judge.attribution import Span, counted, harmed, named, others
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.ledger import Write
from sdctl.judge.limp import Limp
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.takeover import Takeover
from sdctl.judge.verdict import Verdict
from sdctl.judge.write_times import WriteTimes


def judged(experiment: Experiment, life: Life, end: End) -> Verdict:
    """The verdict on one fault of the run."""
    fault = life.record.id
    own = counted(end.writes, fault, end.spans, of_day=end.of_day)
    audit, beside = end.reading.of(end.writes, own), others(fault, end.spans)
    outage = end.outages[fault]
    timed = timing(
        experiment.engine,
        experiment.profile,
        experiment.components,
        life.record,
        outage,
        life.facts,
        meanwhile=end.beside(fault),
    )
    dead = audit.failed if audit else None
    messages = (
        attempts.since(life.before, end.settled, experiment.profile, dead)
        if attempts.of_itself(fault, end.spans, end.kinds)
        else None
    )
    course = Course(
        injected_at=life.injected_at,
        healed_at=life.healed_at,
        writes=end.writes,
        others=beside,
        samples=end.samples,
        audit=audit and audit.of(harmed(end.writes, fault, end.spans)),
        outage=outage,
        figures=life.facts.figures,
        stale_reads=end.result.stale_reads if end.result else None,
        messages=messages,
    )
    seen = with_ledger(with_logs(life.facts, timed), end.writes, life.span)
    unseen = seen.unseen or load_ended(end.writes, life.healed_at)
    after = successor(end.last, life.plan, life.led, logged=timed.leader)
    verdict = replace(
        end.verdict(replace(seen, unseen=unseen, messages=messages)),
        fault=FaultFacts.of(life.record),
        audit=audit,
        besides=() if own is None else named(fault, end.kinds),
        timing=timed,
        stops_writes=life.fault.ending.stops_writes,
        write_times=WriteTimes.around(end.writes, life.span, others=beside),
        limped=Limp.of(end.writes, life.span, outage),
        reads=outages.reads_of(end.ticks, outage, moments.to_monotonic()),
        leader_before=life.plan.leader_before,
        leader_after=after,
        took_over=_took_over(after, life, course),
        next_step=advice.with_letters(_next_step(experiment, life), audit),
    )
    return verdict.expecting(
        replace(prediction.beside(course), meanwhile=end.beside(fault, prediction))
        for prediction in life.predictions
    )


def _next_step(experiment: Experiment, life: Life) -> str:
    small = experiment.heirs(life.plan, life.before).too_few
    alone = experiment.components[life.plan.tier].alone if small else None
    seed = getattr(life.fault, "seed", None)
    return advice.after(life.fault, alone, meant(life.before, experiment.components, seed))


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
