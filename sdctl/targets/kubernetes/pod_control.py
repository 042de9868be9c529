"""Operations on one pod: how Kubernetes' words make them.

A StatefulSet makes a pod anew as soon as its name is free. So what shall stay down keeps its name:
a finalizer holds the pod that is gone until it is started again. Whoever removes the finalizer by
hand starts it as well.

Kubernetes never ends a pod at once, not even without grace: it gets SIGTERM and two seconds, in
which a leader hands over. So a kill first sends SIGKILL to every process, from inside.
"""

from __future__ import annotations

import contextlib
import time

from sdctl.foundation import waiting
from sdctl.foundation.errors import SdctlError, TargetRefused
from sdctl.targets.kubernetes import answers
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object

_SIGNAL = ("sh", "-c", 'kill -s "$0" -- -1')
"""To every process of the pod but the one that sends it, and the pod's own first one."""
_GONE_S = 60.0
_MADE_S = 120.0


def start(cluster: Cluster, pod: Object | None) -> None:
    """Let a held pod go: another takes its name at once. Until that one runs; one that runs already
    is left alone."""
    if pod is None or not answers.is_held(pod):
        return
    name = pod["metadata"]["name"]
    release(cluster, pod)
    runs, seen = waiting.until(
        lambda: cluster.get("Pod", name),
        lambda found: found is not None and answers.has_run(found),
        timeout_s=_MADE_S,
        every_s=0.3,
    )
    if not runs:
        raise TargetRefused(
            f"{name} was started, and does not run after {_MADE_S:g} s",
            hint=f"`kubectl --namespace {cluster.namespace} describe pod {name}` may tell why.",
            details=[answers.shown_state(seen)] if seen else (),
        )


def release(cluster: Cluster, pod: Object) -> None:
    """Let go of its name."""
    kept = [name for name in pod["metadata"].get("finalizers", ()) if name != answers.HELD]
    cluster.patch("Pod", pod["metadata"]["name"], {"metadata": {"finalizers": kept or None}})


def stop(cluster: Cluster, pod: Object) -> None:
    """In order, with its grace period; until it has ended."""
    name = pod["metadata"]["name"]
    _hold(cluster, pod)
    cluster.delete("Pod", name)
    grace_s = pod["spec"].get("terminationGracePeriodSeconds", 30)
    _wait_until_it_ended(cluster, name, grace_s + _GONE_S)


def kill(cluster: Cluster, pod: Object) -> None:
    """At once."""
    name = pod["metadata"]["name"]
    _hold(cluster, pod)
    with contextlib.suppress(SdctlError):  # it may end before it has answered
        cluster.execute(name, (*_SIGNAL, "KILL"))
    cluster.delete("Pod", name, grace_s=0)
    _wait_until_it_ended(cluster, name, _GONE_S)


def pause(cluster: Cluster, pod: Object) -> None:
    """Freeze every process. It is said after it is done, not before: the call that freezes and the
    one that lets go are to take equally long."""
    name = pod["metadata"]["name"]
    _signal(cluster, name, "STOP")
    _annotate(cluster, name, {answers.PAUSED: repr(time.time())})


def unpause(cluster: Cluster, pod: Object) -> None:
    """Let it go on. One of which nobody says that it is frozen may be so, where who froze it was
    killed before it could say it; to one that runs the signal does nothing."""
    name = pod["metadata"]["name"]
    since = pod["metadata"].get("annotations", {}).get(answers.PAUSED)
    if since:
        _signal(cluster, name, "CONT")
        _annotate(cluster, name, {answers.PAUSED: None, answers.PAUSE: f"{since} {time.time()!r}"})
    elif answers.shown_state(pod) == "Running":
        _signal(cluster, name, "CONT")


def _hold(cluster: Cluster, pod: Object) -> None:
    if answers.is_held(pod):
        return
    held = [*pod["metadata"].get("finalizers", ()), answers.HELD]
    cluster.patch("Pod", pod["metadata"]["name"], {"metadata": {"finalizers": held}})


def _signal(cluster: Cluster, name: str, signal: str) -> None:
    code, _, said = cluster.execute(name, (*_SIGNAL, signal))
    if code:
        raise TargetRefused(
            f"the processes of {name} could not be sent SIG{signal}: {said.strip()}",
            hint="`sdctl status` shows what there is.",
        )


def _annotate(cluster: Cluster, name: str, notes: dict[str, str | None]) -> None:
    cluster.patch("Pod", name, {"metadata": {"annotations": notes}})


def _wait_until_it_ended(cluster: Cluster, name: str, timeout_s: float) -> None:
    """A pod has ended when none of its containers runs; its object may stay."""

    def ended(pod: Object | None) -> bool:
        statuses = (pod or {}).get("status", {}).get("containerStatuses", ())
        return all("running" not in status.get("state", {}) for status in statuses)

    over, _ = waiting.until(
        lambda: cluster.get("Pod", name), ended, timeout_s=timeout_s, every_s=0.3
    )
    if not over:
        raise TargetRefused(
            f"{name} did not end within {timeout_s:g} s",
            hint="Does its machine still answer? `kubectl get nodes` shows it.",
        )
