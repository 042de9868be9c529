"""One metric → how many replicas it asks for.

As ``ReplicaCalculator`` of Kubernetes 1.34 does it (pkg/controller/podautoscaler/
replica_calculator.go and metrics/utilization.go): whole percent, whole averages, the same order of
floating-point operations. tests/proof/ compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sdctl.design.autoscaling.observed import Observation, Replica
from sdctl.design.autoscaling.settings import AutoscaleSettings

Kept = Literal["", "tolerance", "direction"]
"""Why it stays at the current count: close enough to the target; or what is not known of some
replicas could turn the decision round."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What one metric asks for, with its arithmetic."""

    metric: str
    target: int
    value: int | None = None
    """Percent for CPU, else thousandths; of those replicas of which it is known."""
    ratio: float | None = None
    """Value to target."""
    unready: tuple[str, ...] = ()
    """Replicas that were left out first, as they are not ready."""
    missing: tuple[str, ...] = ()
    """Those of which no value is known."""
    assumed: int | None = None
    """The value with an assumption for those, where one was made: the most careful one."""
    assumed_ratio: float | None = None
    counted: int | None = None
    """How many replicas the ratio is multiplied with; None: it is not."""
    kept: Kept = ""
    replicas: int | None = None
    """None: the metric cannot be had, ``failed`` says why."""
    failed: str = ""

    def to_json(self) -> dict[str, Any]:
        """As in a decision's JSON."""
        return asdict(self)


def propose(metric: str, seen: Observation, settings: AutoscaleSettings) -> Proposal:
    """What a metric asks for."""
    target = settings.targets[metric]
    if metric in ("queue", "p99"):
        total = seen.totals.get(metric)
        if total is None:
            return Proposal(metric=metric, target=target, failed="nobody says it")
        return (_shared if metric == "queue" else _common)(metric, total, target, seen, settings)
    if not seen.replicas:
        return Proposal(metric=metric, target=target, failed="there is no replica")
    return _by_each_replica(metric, target, seen, settings)


def _shared(
    metric: str, total: int, target: int, seen: Observation, settings: AutoscaleSettings
) -> Proposal:
    """A total that is divided among the replicas (``GetExternalPerPodMetricReplicas``)."""
    ratio = total / (float(target) * float(seen.current))
    kept = settings.within(ratio)
    return Proposal(
        metric=metric,
        target=target,
        value=total,
        ratio=ratio,
        kept="tolerance" if kept else "",
        replicas=seen.current if kept else math.ceil(total / target),
    )


def _common(
    metric: str, value: int, target: int, seen: Observation, settings: AutoscaleSettings
) -> Proposal:
    """A value that all replicas have in common (``GetExternalMetricReplicas``)."""
    ratio = value / target
    kept = settings.within(ratio)
    if not kept and not seen.replicas:
        return Proposal(metric=metric, target=target, failed="there is no replica")
    ready = sum(replica.phase == "running" and replica.ready for replica in seen.replicas)
    return Proposal(
        metric=metric,
        target=target,
        value=value,
        ratio=ratio,
        counted=None if kept else ready,
        kept="tolerance" if kept else "",
        replicas=seen.current if kept else math.ceil(ratio * ready),
    )


def _by_each_replica(
    metric: str, target: int, seen: Observation, settings: AutoscaleSettings
) -> Proposal:
    """A value of each replica (``GetResourceReplicas``, ``calcPlainMetricReplicas``)."""
    ready, unready, missing = _groups(metric, seen, settings)
    requests = {replica.name: replica.request for replica in seen.replicas}
    values = {replica.name: _value(replica, metric) for replica in ready}
    if not values:
        return Proposal(
            metric=metric, target=target, failed="no ready replica says it", unready=tuple(unready)
        )

    def over(values: Mapping[str, int]) -> int:
        total = sum(values.values())
        if metric == "cpu":
            return total * 100 // sum(requests[name] for name in values)
        return total // len(values)

    value = over(values)
    ratio = value / target
    first = Proposal(
        metric=metric,
        target=target,
        value=value,
        ratio=ratio,
        unready=tuple(unready),
        missing=tuple(missing),
    )
    if not missing and not (unready and ratio > 1.0):
        if settings.within(ratio):
            return _stay(first, seen, "tolerance")
        return replace(first, counted=len(values), replicas=math.ceil(ratio * len(values)))
    if ratio < 1.0:
        # those of which nothing is known are taken to be busy
        values |= {
            n: requests[n] * max(100, target) // 100 if metric == "cpu" else target for n in missing
        }
    elif ratio > 1.0:
        values |= dict.fromkeys((*missing, *unready), 0)
    assumed = over(values)
    again = assumed / target
    second = replace(first, assumed=assumed, assumed_ratio=again)
    if settings.within(again):
        return _stay(second, seen, "tolerance")
    if (ratio < 1.0 < again) or (ratio > 1.0 > again):
        return _stay(second, seen, "direction")
    replicas = math.ceil(again * len(values))
    if (again < 1.0 and replicas > seen.current) or (again > 1.0 and replicas < seen.current):
        return _stay(second, seen, "direction")
    return replace(second, counted=len(values), replicas=replicas)


def _groups(
    metric: str, seen: Observation, settings: AutoscaleSettings
) -> tuple[list[Replica], list[str], list[str]]:
    """The replicas that count, and the names of those that are not ready and of those that say
    nothing (``groupPods``). Failed ones, and those on their way out, are left out."""
    ready: list[Replica] = []
    unready: list[str] = []
    missing: list[str] = []
    for replica in seen.replicas:
        if replica.deleting or replica.phase == "failed":
            continue
        if replica.phase == "pending":
            unready.append(replica.name)
        elif replica.usage.get(metric) is None:
            missing.append(replica.name)
        elif metric == "cpu" and _is_unready(replica, seen.at, settings):
            unready.append(replica.name)
        else:
            ready.append(replica)
    return ready, unready, missing


def _is_unready(replica: Replica, now: float, settings: AutoscaleSettings) -> bool:
    """Whether a replica's CPU says nothing of its load: what it used to get ready, say."""
    sample = replica.usage["cpu"]
    if replica.started_at is None or sample is None:
        return True
    if now - replica.started_at < settings.initialization_s:
        return not replica.ready or sample.at < replica.ready_since + sample.window_s
    never = replica.started_at + settings.readiness_delay_s > replica.ready_since
    return not replica.ready and never


def _value(replica: Replica, metric: str) -> int:
    sample = replica.usage[metric]
    assert sample is not None
    return sample.value


def _stay(proposal: Proposal, seen: Observation, why: Kept) -> Proposal:
    return replace(proposal, kept=why, replicas=seen.current)
