"""A decision in one line: its arithmetic, in the order in which it was done."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sdctl.design.autoscaling.calculator import Proposal
from sdctl.design.autoscaling.decision import Decision
from sdctl.design.autoscaling.settings import AutoscaleSettings
from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import format_duration

_NAMES = {"cpu": "CPU", "rps": "rps", "queue": "queue", "p99": "p99"}


def explanation(decision: Decision) -> str:
    """``CPU 84% of 60% → 1.40 × 3 = 4.2 → 5; max: 4``. The last number is the outcome: a step
    that changed nothing is not named."""
    return "; ".join(_parts(decision))


def _parts(decision: Decision) -> Iterator[str]:
    current, settings = decision.current, decision.settings
    if not decision.proposals:
        if current == 0 and settings.min != 0:
            yield "there is no replica, and it starts none from 0"
            return
        bound = f"more than max {settings.max}" if current > settings.max else ""
        yield f"{current} is {bound or f'less than min {settings.min}'} → {decision.desired}"
        return
    yield from (_metric(proposal, settings) for proposal in decision.proposals)
    if decision.proposed is None:
        unknown = [_NAMES[p.metric] for p in decision.proposals if p.replicas is None]
        known = len(unknown) < len(decision.proposals)
        why = f"{' and '.join(unknown)} might ask for more" if known else "nothing to decide by"
        yield f"{why} → stays {current}"
        return
    if len(decision.proposals) > 1:
        yield f"the most: {decision.proposed}"
    yield from _steps(decision, decision.proposed)


def _steps(decision: Decision, proposed: int) -> Iterator[str]:
    """From what was proposed to the outcome."""
    current, settings, stable = decision.current, decision.settings, decision.stabilised
    if stable is not None and stable != proposed:
        end, rules = ("lowest", settings.up) if proposed > current else ("highest", settings.down)
        yield f"the {end} of the last {format_duration(rules.window_s)} was {stable}"
    if decision.allowed is None or stable is None:
        yield f"stays {current}"
        return
    up = stable > current
    nearer, way = (min, "up") if up else (max, "down")
    allowed = nearer(stable, decision.allowed)
    if allowed != stable:
        yield f"policies {way}: {allowed}"
    if allowed != decision.desired:
        yield f"{'max' if up else 'min'}: {decision.desired}"


def _metric(proposal: Proposal, settings: AutoscaleSettings) -> str:
    """One metric's part."""
    name = _NAMES[proposal.metric]
    if proposal.value is None or proposal.ratio is None:
        return f"{name} is not known: {proposal.failed}"
    said = f"{name} {_value(proposal, proposal.value)} of {_target(proposal)}"
    ratio = proposal.ratio
    if proposal.assumed is not None and proposal.assumed_ratio is not None:
        said = f"{said} → {_ratio(ratio, settings)}; {_assumption(proposal)}"
        ratio = proposal.assumed_ratio
    if proposal.kept == "tolerance":
        near = settings.up.tolerance if ratio > 1 else settings.down.tolerance
        return f"{said} → {_ratio(ratio, settings)}, within {near * 100:g}%"
    if proposal.kept:
        return f"{said} → {_ratio(ratio, settings)}: not sure whether more or fewer are needed"
    if proposal.counted is None:
        return f"{said} → {_exact(proposal.value / proposal.target)} → {proposal.replicas}"
    product = _exact(ratio * proposal.counted)
    times = f"{_ratio(ratio, settings, proposal.counted)} × {proposal.counted}"
    return f"{said} → {times} = {product} → {proposal.replicas}"


def _assumption(proposal: Proposal) -> str:
    """What was taken for the replicas of which nothing is known."""
    assert proposal.assumed is not None
    assert proposal.ratio is not None
    parts = []
    if proposal.unready and proposal.ratio > 1:
        parts.append(f"{len(proposal.unready)} not ready, counted as idle")
    if proposal.missing and proposal.ratio != 1:
        busy = "idle" if proposal.ratio > 1 else "busy"
        parts.append(f"{len(proposal.missing)} unknown, counted as {busy}")
    return f"{' and '.join(parts) or 'some unknown'}: {_value(proposal, proposal.assumed)}"


def _value(proposal: Proposal, value: int) -> str:
    if proposal.metric == "cpu":
        return f"{value}%"
    if proposal.metric == "p99":
        return f"{in_digits(value / 1000, 3)} ms"
    return in_digits(value / 1000, 4)


def _target(proposal: Proposal) -> str:
    of_one = " each" if proposal.metric in ("rps", "queue") else ""
    return _value(proposal, proposal.target) + of_one


def _ratio(ratio: float, settings: AutoscaleSettings, counted: int = 0) -> str:
    """With as many digits as show on which side of the tolerance it is, and as give the shown
    product with what is ``counted``."""
    product = _exact(ratio * counted)
    places = len(product.partition(".")[2])
    for digits in (2, 3, 4):
        short = round(ratio, digits)
        same = f"{short * counted:.{places}f}" == product
        if same and settings.within(short) == settings.within(ratio):
            return f"{ratio:.{digits}f}"
    return f"{ratio:.6f}"


def _exact(count: float) -> str:
    """With as many digits as show to which whole number it is rounded up."""
    for digits in (0, 1, 2, 3):
        if math.ceil(round(count, digits)) == math.ceil(count) and (
            digits or count == round(count)
        ):
            return f"{count:.{digits}f}"
    return f"{count:.6f}"
