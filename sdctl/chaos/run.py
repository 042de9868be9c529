"""Baseline → a fault's life → its end → verdict. The order every fault goes through."""

from __future__ import annotations

from sdctl.chaos import end, fault_verdict, live_line, preparation, visibility
from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.chaos.life import live
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.judge.verdict import Verdict
from sdctl.state.snapshot import Snapshot

BASELINE_ACKS = 100
"""Acknowledged writes before the fault, so that the usual gap between two is known."""
BASELINE_TIMEOUT_S = 15.0


def run(experiment: Experiment, plan: FaultPlan, load: RunningLoad) -> Verdict:
    """One fault from baseline to verdict. Whatever happens, it is healed before this returns.

    Interrupted once it is written down, it is healed at once and the figures so far are judged.
    """
    before = baseline(experiment, load)
    life = live(experiment, plan, load, before)
    hurry = life.facts.interrupted
    try:
        reached = end.bring_to_end(experiment, [life], load, hurry=hurry)
        return fault_verdict.judged(experiment, life, reached)
    except KeyboardInterrupt:
        if hurry:
            raise
        life = life.cut_short()
        reached = end.bring_to_end(experiment, [life], load, hurry=True)
        return fault_verdict.judged(experiment, life, reached)


def baseline(experiment: Experiment, load: RunningLoad) -> Snapshot:
    """Wait for steady writes and for every node to be well; the stack by then. Both may not come,
    as beside a load of few writes: that is said, and the run begins all the same."""
    experiment.steps.say("baseline: waiting for steady writes")

    def acknowledged() -> int:
        count = len(end.acks(load))
        experiment.steps.now(
            f"baseline: {count} writes are acknowledged, {BASELINE_ACKS} are needed"
        )
        return count

    steady, count = waiting.until(
        acknowledged, lambda count: count >= BASELINE_ACKS, timeout_s=BASELINE_TIMEOUT_S
    )
    well, before = waiting.until(
        lambda: preparation.tell_who_is_ill(experiment.snapshot(), experiment.steps.now),
        lambda seen: seen.healthy,
        timeout_s=preparation.WELL_S,
    )
    if not steady:
        experiment.steps.say(
            f"only {count} of {BASELINE_ACKS} writes were acknowledged in "
            f"{BASELINE_TIMEOUT_S:g} s: the usual gap between two is less well known"
        )
    if not well:
        experiment.steps.say(f"not every node is well: {live_line.nodes(visibility.ill(before))}")
    return before
