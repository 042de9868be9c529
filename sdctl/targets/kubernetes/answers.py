"""What a cluster's answers mean: from its objects to our words. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sdctl.targets.kubernetes import names
from sdctl.targets.kubernetes.names import Object
from sdctl.targets.target import History, Instance, State

HELD = "sdctl.held/down"
"""A finalizer: the pod is gone, its name is not, so nobody makes another until it is started."""
PAUSED, PAUSE = "sdctl.paused", "sdctl.pause"
"""Annotations: since when a pod's processes are frozen; begin and end of the last such time."""
_YOUNG_S = 60.0
_NOT_MADE: tuple[State, str, str] = ("waiting", "Pending", "not made yet")


def instances(
    sets: Sequence[Object], pods: Iterable[Object], ways_in: Callable[[str], Mapping[int, str]]
) -> tuple[Instance, ...]:
    """Every node of the stack: each pod, and those that are still to be made. ``ways_in``: by a
    node's name, where this machine reaches its ports."""
    there = {pod["metadata"]["name"]: pod for pod in pods}
    wanted = {name: stateful_set for stateful_set in sets for name in nodes_of(stateful_set)}
    found = [
        _instance(name, wanted.get(name), there.get(name), ways_in(name))
        for name in wanted.keys() | there.keys()
    ]
    return tuple(sorted(found, key=lambda instance: instance.node))


def nodes_of(stateful_set: Object) -> Iterator[str]:
    """The names of the nodes that a StatefulSet wants."""
    spec = stateful_set["spec"]
    first = spec.get("ordinals", {}).get("start", 0)
    for ordinal in range(first, first + spec.get("replicas", 1)):
        yield f"{stateful_set['metadata']['name']}-{ordinal}"


def _instance(
    name: str, wanted: Object | None, pod: Object | None, addresses: Mapping[int, str]
) -> Instance:
    source = pod or (wanted or {})["spec"]["template"]
    labels, notes = source["metadata"]["labels"], source["metadata"].get("annotations", {})
    state, shown, status = _NOT_MADE if pod is None else _state(pod)
    spec = notes.get(names.SPEC, "")
    if pod is not None and wanted is not None and state == "running":
        latest = wanted["spec"]["template"]["metadata"]["annotations"].get(names.SPEC, "")
        if spec != latest:
            state, status = "waiting", "will be made anew"
    return Instance(
        node=name,
        tier=labels.get(names.TIER, ""),
        component=labels.get(names.COMPONENT, ""),
        state=state,
        shown=shown,
        status=status,
        young=pod is None or _young(pod),
        image=source["spec"]["containers"][0]["image"],
        spec=spec,
        addresses=addresses if state in ("running", "frozen") else {},
        profile=notes.get(names.PROFILE, ""),
        settings=notes.get(names.SETTINGS, ""),
        left_out=notes.get(names.LEFT_OUT, ""),
    )


def is_held(pod: Object) -> bool:
    """Whether it stays down until it is started."""
    return HELD in pod["metadata"].get("finalizers", ())


def has_run(pod: Object) -> bool:
    """Whether its server was started, whatever came of it."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    container: Object = next(iter(pod.get("status", {}).get("containerStatuses", ())), {})
    return bool({"running", "terminated"} & container.get("state", {}).keys()) or bool(
        container.get("restartCount")
    )


def place(pod: Object) -> str:
    """A port of its server's, as ``address:port``; empty: it has none now."""
    ports = [port for box in pod["spec"]["containers"] for port in box.get("ports", ())]
    address = pod.get("status", {}).get("podIP", "")
    return f"{address}:{ports[0]['containerPort']}" if ports and address else ""


def shown_state(pod: Object) -> str:
    """Its state, for people."""
    return _state(pod)[2]


def _state(pod: Object) -> tuple[State, str, str]:
    """Our word, the one that is shown, and more for people. A node that runs is shown by the same
    word on every target; one that does not, by Kubernetes' own."""
    if pod["metadata"].get("deletionTimestamp"):
        if is_held(pod):
            return "down", "Terminated", "ended, and not started again yet"
        return "waiting", "Terminating", "ends, and comes back"
    status = pod.get("status", {})
    container: Object = next(iter(status.get("containerStatuses", ())), {})
    state = container.get("state", {})
    if "waiting" in state:
        reason = state["waiting"].get("reason", "Waiting")
        told = state["waiting"].get("message", "") or _last_end(container)
        again = reason == "CrashLoopBackOff" or container.get("restartCount", 0) > 0
        return (
            ("restarting" if again else "waiting"),
            reason,
            _short(f"{reason}: {told}".strip(": ")),
        )
    if "terminated" in state:
        return "restarting", "Terminated", _ended(state["terminated"])
    if "running" not in state:
        unmet = (c for c in status.get("conditions", ()) if c.get("status") == "False")
        told = next((c["message"] for c in unmet if c.get("message")), "")
        return (
            "waiting",
            str(status.get("phase", "Pending")),
            _short(told or "waits for its machine"),
        )
    if pod["metadata"].get("annotations", {}).get(PAUSED):
        return "frozen", "paused", "Paused"
    return "running", "running", "Running"


def _last_end(container: Object) -> str:
    ended = container.get("lastState", {}).get("terminated")
    return _ended(ended) if ended else ""


def _ended(terminated: Object) -> str:
    return f"Exited ({terminated.get('exitCode', '?')}), {terminated.get('reason', 'Error')}"


def _short(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:200]


def _young(pod: Object) -> bool:
    container: Object = next(iter(pod.get("status", {}).get("containerStatuses", ())), {})
    since = container.get("state", {}).get("running", {}).get("startedAt")
    return time.time() - (moment(since or pod["metadata"]["creationTimestamp"])) < _YOUNG_S


def moment(text: str) -> float:
    """Unix seconds of ``2026-11-29T00:12:01Z``."""
    return datetime.fromisoformat(text).timestamp()


def history(pod: Object, paused_since: float | None) -> History:
    """What is remembered of a pod. One that is made anew has forgotten."""
    container: Object = next(iter(pod.get("status", {}).get("containerStatuses", ())), {})
    ends = [container.get(key, {}).get("terminated", {}) for key in ("state", "lastState")]
    since = container.get("state", {}).get("running", {}).get("startedAt")
    ended = next((end["finishedAt"] for end in ends if end.get("finishedAt")), None)
    return History(
        restarts=int(container.get("restartCount", 0)),
        ended_at=moment(ended) if ended else None,
        started_at=moment(since) if since else None,
        frozen_s=None if paused_since is None else _last_pause(pod, paused_since),
    )


def _last_pause(pod: Object, since: float) -> float | None:
    begin, _, end = pod["metadata"].get("annotations", {}).get(PAUSE, "").partition(" ")
    return float(end) - float(begin) if end and float(begin) > since else None


def owner(document: Object, stack: str) -> str | None:
    """The owner's mark of an object; ``""``: plain kubectl made it of a bundle; None: it is not
    sdctl's."""
    labels: dict[str, Any] = document["metadata"].get("labels", {})
    ours = names.labels_of(stack).items() <= labels.items()
    return labels.get(names.OWNER, "") if ours else None
