"""What a cluster's own autoscaler sees. A look is a document of `sdctl autoscale replay`: the
replicas as the cluster measures them, and the number that its controller wanted just then."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import Any

import httpx

from sdctl.foundation import units
from tests.kubernetes.stacks import ClusterStack

PERIOD_S = 15.0
"""The controller decides so often."""
LOOK_S = 3.0
_MEASURED = "PodMetrics"
_WHERE = {
    _MEASURED: "/apis/metrics.k8s.io/v1beta1/namespaces/{}/pods",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "Pod": "/api/v1/namespaces/{}/pods",
}
"""What is looked at, and where the API has it."""
_PARTS = {"": 1, "m": 10**3, "u": 10**6, "n": 10**9}
"""Of a processor."""
Look = Mapping[str, Any]


def look(api: httpx.Client, namespace: str, tier: str) -> Look:
    """How the tier is now."""
    of_tier = {"labelSelector": f"app.kubernetes.io/component={tier}"}
    kinds, at = {}, 0.0
    for kind, where in _WHERE.items():
        answer = api.get(where.format(namespace), params=of_tier)
        # on a busy machine, who measures the pods may not answer
        assert answer.is_success or kind == _MEASURED, answer.text
        kinds[kind] = answer.json()["items"] if answer.is_success else []
        at = at or time.time()
    return seen(kinds, at)


def seen(kinds: Mapping[str, Sequence[Mapping[str, Any]]], at: float) -> Look:
    """Pure: the look, from the objects of one tier as the API has them, by kind."""
    [scaler], [scaled] = kinds["HorizontalPodAutoscaler"], kinds["StatefulSet"]
    used = {one["metadata"]["name"]: _used(one) for one in kinds[_MEASURED]}
    count = scaled["spec"]["replicas"]
    return {
        "at": at,
        "current": count,
        "replicas": [_replica(pod, used) for pod in kinds["Pod"]],
        "totals": {},
        "desired": scaler.get("status", {}).get("desiredReplicas") or count,
        "carried_out": True,
    }


def _replica(pod: Mapping[str, Any], used: Mapping[str, Any]) -> dict[str, Any]:
    about, status = pod["metadata"], pod["status"]
    conditions = {one["type"]: one for one in status.get("conditions", ())}
    ready = conditions.get("Ready")
    asked = [one["resources"]["requests"]["cpu"] for one in pod["spec"]["containers"]]
    return {
        "name": about["name"],
        "phase": status["phase"].lower(),
        "deleting": "deletionTimestamp" in about,
        "ready": ready is not None and ready["status"] == "True",
        "ready_since": _moment(ready["lastTransitionTime"]) if ready else 0.0,
        "started_at": _moment(status["startTime"]) if "startTime" in status else None,
        "request": sum(map(_thousandths, asked)),
        "usage": {"cpu": used.get(about["name"])},
    }


def _used(measured: Mapping[str, Any]) -> dict[str, Any]:
    used = [_thousandths(container["usage"]["cpu"]) for container in measured["containers"]]
    at, window_s = _moment(measured["timestamp"]), units.duration(measured["window"])
    return {"value": sum(used), "at": at, "window_s": window_s}


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _thousandths(quantity: str) -> int:
    """Of a processor, rounded up as Kubernetes does it: 13 of ``12345678n``."""
    written = re.fullmatch(r"([0-9]+)([mun]?)", quantity)
    assert written, f"not an amount of CPU: {quantity}"
    return -(-int(written[1]) * 1000 // _PARTS[written[2]])


@contextmanager
def watched(stack: ClusterStack, tier: str) -> Iterator[list[Look]]:
    """The looks so far, one every ``LOOK_S``."""
    looks: list[Look] = []
    over = Event()

    def watch() -> None:
        due = time.monotonic()
        with (
            stack.cluster.proxy() as url,
            httpx.Client(base_url=url, timeout=30, trust_env=False) as api,
        ):
            while not over.wait(max(due - time.monotonic(), 0.0)):
                looks.append(look(api, stack.namespace, tier))
                due = max(due + LOOK_S, time.monotonic())

    with ThreadPoolExecutor(1) as beside:
        watching = beside.submit(watch)
        try:
            yield looks
        finally:
            over.set()
            watching.result()


def each_period(looks: Sequence[Look], offset_s: float) -> list[Look]:
    """Pure: those nearest to the moments at which an autoscaler would decide that begins so long
    after the first look."""
    begins, ends = looks[0]["at"] + offset_s, looks[-1]["at"]
    count = int((ends - begins) / PERIOD_S) + 1
    return [_nearest(looks, begins + PERIOD_S * number) for number in range(count)]


def longest_hole(looks: Sequence[Look]) -> float:
    """Pure: the seconds between two looks, at most."""
    return max(later["at"] - look["at"] for look, later in itertools.pairwise(looks))


def _nearest(looks: Sequence[Look], at: float) -> Look:
    return min(looks, key=lambda one: abs(one["at"] - at))
