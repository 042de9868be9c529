"""What a cluster's own autoscaler saw and asked for, and what ours asks for from the same.

A look is a document of `sdctl autoscale replay`: the replicas as the cluster measures them, and the
number that its controller wanted just then.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from sdctl.foundation import units
from tests.kubernetes.stacks import ClusterStack
from tests.stacks import eventually

PERIOD_S = 15.0
"""The controller decides so often."""
LOOK_S = 3.0
OFFSETS_S = (0.0, 3.0, 6.0, 9.0, 12.0)
"""When ours begins. Nobody knows when in a period the controller decides; one of these is near. At
another moment ours may see what the controller never saw, such as a measurement of half a load."""
TARGET = "15"
"""Percent. Low, so that a quick machine has work for four too."""
WINDOW_S = 40
"""Within which it does not go down: the usual five minutes would be all that is waited for. Three
periods are surely longer and two surely shorter, so both count the same decisions."""
_WHAT = "horizontalpodautoscalers,statefulsets,pods,pods.metrics.k8s.io"
_PARTS = {"": 1, "m": 10**3, "u": 10**6, "n": 10**9}
"""Of a processor."""
Look = Mapping[str, Any]
Wish = tuple[float, int]
"""A moment, and how many replicas were asked for."""


def look(stack: ClusterStack, tier: str) -> Look:
    """How the tier is now."""
    at = time.time()
    own = ("--namespace", stack.namespace, "--selector", f"app.kubernetes.io/component={tier}")
    # it fails, and prints the rest, where the pods' measurements cannot be had for a moment
    told = stack.cluster.kubectl("get", _WHAT, *own, "--output", "json", code=None)
    return seen(json.loads(told)["items"], at)


def seen(things: Iterable[Mapping[str, Any]], at: float) -> Look:
    """Pure: the look, from the objects of one tier as the API has them."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for thing in things:
        kinds.setdefault(thing["kind"], []).append(thing)
    [scaler], [scaled] = kinds["HorizontalPodAutoscaler"], kinds["StatefulSet"]
    used = {one["metadata"]["name"]: _used(one) for one in kinds.get("PodMetrics", [])}
    count = scaled["spec"]["replicas"]
    return {
        "at": at,
        "current": count,
        "replicas": [_replica(pod, used) for pod in kinds.get("Pod", [])],
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
        while not over.wait(max(due - time.monotonic(), 0.0)):
            looks.append(look(stack, tier))
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


def _nearest(looks: Sequence[Look], at: float) -> Look:
    return min(looks, key=lambda one: abs(one["at"] - at))


def decided(stack: ClusterStack, looks: Iterable[Look], file: Path, *options: str) -> list[Wish]:
    """What ours asks for at each of these looks."""
    file.write_text("".join(json.dumps(one) + "\n" for one in looks))
    said = stack.run("--json", "autoscale", "replay", str(file), *options).stdout
    return wishes(map(json.loads, said.splitlines()))


def wishes(documents: Iterable[Mapping[str, Any]]) -> list[Wish]:
    """Pure: what was asked for in each."""
    return [(document["at"], document["desired"]) for document in documents]


def apart(ours: Iterable[Wish], theirs: Sequence[Wish]) -> list[str]:
    """Pure: where ours is not within a period of the cluster's: it asks for more or for fewer than
    that did at any moment of the period before and the one after."""
    found = []
    for at, count in ours:
        near = [other for then, other in theirs if abs(then - at) <= PERIOD_S + LOOK_S]
        if not min(near) <= count <= max(near):
            found.append(f"{at - theirs[0][0]:.0f} s: ours {count}, the cluster's {near}")
    return found


def changes(asked: Iterable[Wish], start: float) -> str:
    """Pure: ``2, after 33 s 4, after 148 s 2``."""
    told, before = [], None
    for at, count in asked:
        if count != before:
            told.append(f"{count}" if before is None else f"after {at - start:.0f} s {count}")
        before = count
    return ", ".join(told)


def must_be_as_ours(stack: ClusterStack, folder: Path) -> None:
    """The cluster's autoscaler goes from 2 to 4 replicas of the service and back, as a load comes
    and goes. On the same measurements ours does the same within a period, if it looks when that
    does. Whenever it looks, it reaches 4 and comes back."""
    if not stack.cluster.measures:
        pytest.skip("this cluster has no metrics-server")
    asked = ("app.autoscale_min=2", "app.autoscale_max=4", f"app.autoscale_cpu={TARGET}")
    stack.up(*(word for one in asked for word in ("--set", one)))
    refused = stack.run("autoscale", "app", "--min", "2", "--max", "4", code=2).stderr
    assert "the cluster scales app by itself" in " ".join(refused.split())
    quick = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": WINDOW_S}}}
    patch = ("--type=merge", f"--patch={json.dumps({'spec': quick})}")
    own = ("--namespace", stack.namespace)
    stack.cluster.kubectl(*own, "patch", "horizontalpodautoscaler", "app", *patch)
    with watched(stack, "app") as looks, ThreadPoolExecutor(1) as beside:
        eventually(lambda: _stands(looks, 2), bool, timeout_s=180)
        since = looks[-1]["at"]
        words = ("load", "--rps", "150", "--duration", "90s")
        load = beside.submit(stack.json, *words, code=None)
        eventually(lambda: looks[-1]["current"], lambda count: count == 4, timeout_s=120)
        assert load.result()["requests"]["failed"] == 0
        eventually(lambda: _stands(looks, 2), bool, timeout_s=300)
    # before, its pods may have been busy with their own start, and more of them
    looks = [one for one in looks if one["at"] >= since]
    theirs = wishes(looks)
    print(f"the cluster's: {changes(theirs, since)}")
    options = ("--min", "2", "--max", "4", "--target-cpu", TARGET, "--down-window", f"{WINDOW_S}s")
    wrong = {}
    for offset_s in OFFSETS_S:
        file = folder / f"looks-{offset_s:g}.jsonl"
        ours = decided(stack, each_period(looks, offset_s), file, *options)
        print(f"ours, {offset_s:g} s later: {changes(ours, since)}")
        counts = [count for _, count in ours]
        assert (counts[0], max(counts), counts[-1]) == (2, 4, 2), file
        wrong[offset_s] = apart(ours, theirs)
    assert [] in wrong.values(), wrong


def _stands(looks: Sequence[Look], count: int) -> bool:
    """Whether the cluster has been at this number, with each replica measured, for more than a
    period: whichever decides next finds it so."""
    since = looks[-1]["at"] - PERIOD_S - 2 * LOOK_S if looks else 0.0
    last = [one for one in looks if one["at"] > since]
    return len(last) < len(looks) and all(
        one["current"] == one["desired"] == len(one["replicas"]) == count
        and all(replica["usage"]["cpu"] for replica in one["replicas"])
        for one in last
    )
