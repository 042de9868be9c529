"""Baseline → a fault's life → its end → verdict. The order every fault goes through."""

from __future__ import annotations

from sdctl.chaos import end, preparation
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
        reached = end.reach(experiment, [life], load, hurry=hurry)
        return end.judged(experiment, life, reached, reached.outages[0])
    except KeyboardInterrupt:
        if hurry:
            raise
        life = life.cut_short()
        reached = end.reach(experiment, [life], load, hurry=True)
        return end.judged(experiment, life, reached, reached.outages[0])


def baseline(experiment: Experiment, load: RunningLoad) -> Snapshot:
    """Wait for steady writes and for every node to be well; the stack by then."""
    experiment.steps.say("baseline: waiting for steady writes")

    def acknowledged() -> int:
        count = len(end.acks(load))
        experiment.steps.now(f"baseline: {count} of {BASELINE_ACKS} writes are acknowledged")
        return count

    waiting.until(acknowledged, lambda count: count >= BASELINE_ACKS, timeout_s=BASELINE_TIMEOUT_S)
    _, before = waiting.until(
        lambda: preparation.tell_who_is_ill(experiment.snapshot(), experiment.steps.now),
        lambda seen: seen.healthy,
        timeout_s=preparation.WELL_S,
    )
    return before
