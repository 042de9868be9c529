"""Carries an operation out on the pods of a stack."""

from __future__ import annotations

from typing import assert_never

from sdctl.foundation.errors import TargetRefused
from sdctl.targets.kubernetes import attaching, cutting, machines, pod_control
from sdctl.targets.kubernetes.stack_pods import StackPods
from sdctl.targets.network_operations import Connect, Drain, Helped, Impair, Restore
from sdctl.targets.operations import (
    Attach,
    Exec,
    Kill,
    LimitCpu,
    Op,
    Pause,
    Remove,
    Start,
    Stop,
    Unpause,
)
from sdctl.targets.target import Output


def apply(pods: StackPods, op: Op) -> Output:
    """On the node that it names. Raises ``NoSuchTarget`` and ``TargetRefused``."""
    cluster, space = pods.cluster, pods.space
    match op:
        case Start():
            pod_control.start(cluster, pods.find(op.node))
            return Output(0, "", "")
        case Restore():
            done = cutting.restore(cluster, space, op.node, pods.find(op.node), op.fault)
            return machines.reopen(cluster, space, op.fault) if done.code else done
        case Helped():
            seen = cutting.is_on(cluster, op.node, pods.find(op.node), op.fault)
            return machines.is_on(cluster, space, op.fault) if seen.code else seen
    pod = pods.one(op.node)
    match op:
        case Stop():
            pod_control.stop(cluster, pod)
        case Kill():
            pod_control.kill(cluster, pod)
        case Pause():
            pod_control.pause(cluster, pod)
        case Unpause():
            pod_control.unpause(cluster, pod)
        case Remove():
            cluster.delete("Pod", op.node)
        case Impair():
            return cutting.cut(cluster, space, pod, op)
        case Drain():
            return machines.drain(cluster, space, pod, op)
        case Connect():
            return cutting.connect(cluster, pods.all(), op)
        case Exec():
            return Output(*cluster.execute(op.node, op.command))
        case Attach():
            return Output(attaching.attach(cluster, op.node, op.command), "", "")
        case LimitCpu():
            raise TargetRefused(f"Kubernetes cannot {op}", hint="Nothing was done.")
        case _:
            assert_never(op)
    return Output(0, "", "")
