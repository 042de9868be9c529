"""Carries an operation out on the containers of a stack."""

from __future__ import annotations

import secrets
import subprocess
from contextlib import nullcontext
from functools import partial
from typing import assert_never

from sdctl.foundation.errors import TargetRefused
from sdctl.targets.compose import helper, helper_instructions, refusals, surroundings
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.compose.stack_containers import StackContainers
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


def apply(containers: StackContainers, op: Op) -> Output:
    """On the node that it names. Raises ``NoSuchTarget`` and ``TargetRefused``."""
    ask = containers.docker.ask
    match op:
        case Impair():
            return _impair(containers, op)
        case Restore():
            return helper.stop(containers, op.node, op.fault)
        case Helped():
            there = helper.running(containers, op.node, op.fault)
            return helper.looked_at(there, op.node, containers.nodes)
    container, *others = containers.of_node(op.node)
    match op:
        case Remove():
            for found in (container, *others):
                ask(partial(found.remove, force=True), op.node)
        case Start():
            ask(container.start, op.node)
        case Stop():
            ask(container.stop, op.node)
        case Kill():
            ask(container.kill, op.node)
        case Pause():
            ask(container.pause, op.node)
        case Unpause():
            if container.status == "paused":
                ask(container.unpause, op.node)
        case LimitCpu():
            ask(
                partial(container.update, cpu_quota=op.quota_us, cpu_period=op.period_us),
                op.node,
            )
        case Exec():
            return containers.docker.run(container.id, op.command, op.node)
        case Attach():
            return Output(_attach(container.id, op), "", "")
        case Connect() | Drain():
            raise TargetRefused(f"Docker cannot {op}", hint="Nothing was done.")
        case _:
            assert_never(op)
    return Output(0, "", "")


def _impair(containers: StackContainers, op: Impair) -> Output:
    there = containers.nodes()
    owner = next((container.owner for container in there if container.node == op.node), "")
    fault = helper_instructions.TRIAL if op.trial else op.fault
    labels = {
        f"{LABEL}stack": containers.stack,
        f"{LABEL}owner": owner,
        helper.FAULT: fault,
        helper.HELPS: op.node,
        helper.CUTS: helper_instructions.cut_off(op, there),
    }
    name = f"{containers.project}-{op.node}-{fault}"
    if op.trial:  # Docker may still be removing the last one
        name += f"-{secrets.token_hex(4)}"
    # one that was cut off before it was started
    helper.stop(containers, op.node, fault)
    with helper.outlived(name) if op.trial else nullcontext():
        return helper.start(containers.docker, name, op, there, labels)


def _attach(container: str, op: Attach) -> int:
    import sys

    flags = ["-i", "-t"] if sys.stdin.isatty() and sys.stdout.isatty() else ["-i"]
    words = ["docker", "exec", *flags, container, *op.command]
    try:
        return subprocess.call(words, env=surroundings.variables())
    except FileNotFoundError:
        raise refusals.no_command() from None
