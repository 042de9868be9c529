"""What a fault teaches in a run: what it predicts beforehand, and what was recorded to compare."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise

from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.heirs import Heirs
from sdctl.faults.teaching import Before, Prediction
from sdctl.foundation import moments, own_command
from sdctl.foundation.units import format_duration
from sdctl.judge import runs
from sdctl.judge.ledger import Write
from sdctl.state.snapshot import Snapshot

_FEWEST = 10


def predicted(
    experiment: Experiment, plan: FaultPlan, seen: Snapshot, writes: Sequence[Write]
) -> tuple[Prediction, ...]:
    """What the fault says of itself, told to whoever follows the run."""
    before = Before(
        plan=plan,
        profile=experiment.profile,
        components=experiment.components,
        seen=seen,
        writes_per_s=writes_per_s(writes),
    )
    if warned := nobody_takes_over(before.heirs):
        experiment.steps.say(f"warning: {warned}")
    band = None if before.heirs.none else experiment.band(plan)
    if band is not None:
        called = experiment.components[plan.tier].successor.called
        experiment.steps.say(_reasoned(f"predicted: {band.what(called)} {band}", band.why))
    found = tuple(experiment.fault.expects(before))
    for prediction in found:
        told = prediction.beside(None)
        said = (
            f"not predicted: {told.what}" if told.open else f"predicted: {told.what} {told.range}"
        )
        experiment.steps.say(_reasoned(said, told.why))
    experiment.steps.now("the fault is written down, with its end")
    return found


def _reasoned(said: str, why: str) -> str:
    """A prediction with its arithmetic. One of several sentences has lines of their own."""
    sentences = why.split(". ")
    if len(sentences) == 1:
        return f"{said} ({why})"
    return "\n  ".join([said, *(f"{sentence.rstrip('.')}." for sentence in sentences)])


def nobody_takes_over(heirs: Heirs) -> str:
    """A warning that nobody can take over: how the stack goes on until the node is back, and which
    setting gives a tier that is too small another node. Empty where somebody can take over, and
    where the fault itself hits all who could."""
    if not (heirs.too_few or heirs.behind):
        return ""
    plan, means = heirs.plan, heirs.components[heirs.plan.tier].alone
    said = f"nobody can take over from {plan.leader_before}"
    if heirs.behind:
        said += ", as no follower has all acknowledged writes"
    if means is None:
        return f"{said} until it is back, in {format_duration(plan.for_s)} or less"
    back = f"Until it is back, in {format_duration(plan.for_s)} or less, {means.meanwhile}"
    if (deprived := heirs.deprived) is not None and (waits := deprived[1].first) is not None:
        back += (
            f". The {deprived[0]} does so {waits.low_s:g} to {waits.high_s:g} s after the fault, "
            f"by its {waits.name}"
        )
    if heirs.behind:
        return f"{said}. {back}"
    return f"{said}. {back}. " + own_command.named(
        f"`sdctl up --set {means.cure}` gives it somebody"
    )


def samples(experiment: Experiment, load: RunningLoad) -> list[dict[str, float]]:
    """What was seen of the stack while the load ran, on the run's clock."""
    offset = moments.to_monotonic()
    return [
        {**sample, "at": sample["at"] + offset}
        for sample in runs.folder(experiment.stack, load.run).samples()
    ]


_SILENCE = 10
"""A gap that is so many times as long as the mean one is a stop, such as by an earlier fault of a
game day, if writes were sent in it: none of them was acknowledged. If none was sent, the sender was
late. It sends them all at once afterwards, so such a gap counts."""


def writes_per_s(writes: Sequence[Write]) -> float | None:
    """Pure: how many are acknowledged a second while none of them fail, by when they were sent;
    None: there are too few to tell."""
    sent = sorted(write.sent_at for write in writes if write.outcome == "acknowledged")
    if len(sent) < _FEWEST or sent[-1] == sent[0]:
        return None
    longest = _SILENCE * (sent[-1] - sent[0]) / (len(sent) - 1)
    failed = sorted(write.sent_at for write in writes if write.outcome != "acknowledged")
    usual = [
        later - earlier
        for earlier, later in pairwise(sent)
        if later - earlier <= longest or bisect(failed, earlier) == bisect(failed, later)
    ]
    return len(usual) / sum(usual)
