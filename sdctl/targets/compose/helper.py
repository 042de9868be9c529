"""The helper of a fault: a container in the network namespace of a node's container. It may change
the network there (``CAP_NET_ADMIN``), and has no other right, no file that it can write, and no
network of its own. What it runs, and that it ends by itself, is in ``sdctl/observer/link/``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.compose import surroundings
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.operations import Impair
from sdctl.targets.target import Output

FAULT, HELPS = f"{LABEL}fault", f"{LABEL}helps"
"""The labels of a helper: of which fault it is, and in which node's namespace."""
TRIAL = "trial"
"""In the place of a fault, for what is only tried."""
_READY = b"ready\n"
_MEMORY = 64 * 1024**2
_PROCESSES = 32
_SHARES = 4096
"""It holds packets for milliseconds, so it gets the processor when it wants it."""
_REMOVE = 'cat > /dev/null; sleep 1; docker rm -f "$1"'
"""When its input ends, and the engine has had the time to do what it was told last."""
_NOWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737): where the rules of a trial lead."""
Ask = Callable[..., Any]


def start(
    docker: Any, ask: Ask, name: str, op: Impair, containers: Sequence[Container], labels: Any
) -> Output:
    """Start a helper and wait until it says that it is ready; what it says instead, where it ends.

    ``docker``: the library's client. ``containers``: all of the stack's. A trial has a namespace of
    its own, of which nothing is left.
    """
    target, image = _one(containers, op.node), _image(containers)
    network = "none" if op.trial else f"container:{target.id}"
    made = ask(
        partial(
            docker.containers.create,
            image,
            command=["python3", "-m", "sdctl.observer.link", json.dumps(orders(op, containers))],
            name=name,
            labels=labels,
            network_mode=network,
            user="0:0",
            cap_drop=["ALL"],
            cap_add=["NET_ADMIN"],
            security_opt=["no-new-privileges:true"],
            read_only=True,
            mem_limit=_MEMORY,
            memswap_limit=_MEMORY,
            pids_limit=_PROCESSES,
            cpu_shares=_SHARES,
            log_config={"Type": "none"},
            auto_remove=True,
        ),
        op.node,
    )
    said = ask(lambda: made.attach(stdout=True, stderr=True, stream=True), op.node)
    told = b""
    try:
        ask(made.start, op.node)
        for chunk in said:
            told += chunk
            if _READY in told:
                return Output(0, "ready", "")
    except TargetRefused:
        _end(ask, made)
        raise
    finally:
        said.close()
        if op.trial:
            _end(ask, made)
    _end(ask, made)
    return Output(1, "", told.decode(errors="replace").strip() or "the helper did not start")


@contextmanager
def outlived(name: str) -> Iterator[None]:
    """While a container is tried, a process of its own waits for the end of this one, also by
    SIGKILL, and then removes it. Of a trial nothing is written down, and a container that was
    created and not started is removed by nobody."""
    words = ["sh", "-c", _REMOVE, "sh", name]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, env=surroundings.variables(),
    ) as guard:  # fmt: skip
        try:
            yield
        finally:
            guard.kill()


def stop(docker: Any, ask: Ask, stack: str, node: str, fault: str) -> Output:
    """End the helpers of a fault in a node's namespace; code 1 where there is none any more."""
    found = running(docker, ask, stack, node, fault)
    for helper in found:
        _end(ask, helper)
    return Output(0 if found else 1, "", "" if found else "its helper has ended")


def running(docker: Any, ask: Ask, stack: str, node: str, fault: str) -> Sequence[Any]:
    """The helpers of a fault in a node's namespace that are there."""
    labels = [f"{LABEL}stack={stack}", f"{FAULT}={fault}", f"{HELPS}={node}"]
    found: list[Any] = ask(
        partial(docker.containers.list, all=True, sparse=True, filters={"label": labels})
    )
    return found


def orders(op: Impair, containers: Sequence[Container]) -> Mapping[str, Any]:
    """Pure: what the helper is told, see ``sdctl/observer/link/orders.py``. The observer is no part
    of what is measured: nothing is done to what it asks."""
    near = {} if op.trial else _near(_one(containers, op.node), containers)
    observers = {container.node for container in containers if container.tier == "observer"}
    cut = {*op.cut_to, *op.cut_from}
    return {
        "fault": op.fault or TRIAL,
        "node": op.node,
        "for_s": op.for_s,
        "spare": [address for node in observers for address in near.get(node, ())],
        "peers": {node: [_NOWHERE] for node in sorted(cut)}
        if op.trial
        else {node: them for node, them in near.items() if node not in observers},
        "cut_to": list(op.cut_to),
        "cut_from": list(op.cut_from),
        "outside": op.outside,
        "latency_s": op.latency_s,
        "jitter_s": op.jitter_s,
        "loss": op.loss,
        "rate": op.rate,
    }


def _near(target: Container, containers: Sequence[Container]) -> dict[str, list[str]]:
    """By node that is on a network of the target's, its addresses there."""
    found = {
        container.node: [
            address
            for network, address in sorted(container.inside.items())
            if network in target.networks and address
        ]
        for container in containers
        if container.node != target.node
    }
    return {node: addresses for node, addresses in found.items() if addresses}


def _one(containers: Sequence[Container], node: str) -> Container:
    for container in containers:
        if container.node == node:
            return container
    raise NoSuchTarget(
        f"there is no node {node!r} any more", hint="`sdctl status` shows what there is."
    )


def _image(containers: Sequence[Container]) -> str:
    """The observer's: every stack has it, and what the helper runs is in it."""
    for container in containers:
        if container.tier == "observer":
            return container.image
    raise NoSuchTarget("the stack has no observer", hint="`sdctl up` makes it.")


def _end(ask: Ask, helper: Any) -> None:
    """In order, so that the packets that it holds go on; then it is gone."""
    with suppress(NoSuchTarget, TargetRefused):
        ask(partial(helper.stop, timeout=2))
    with suppress(NoSuchTarget, TargetRefused):  # the engine removes it as well
        ask(partial(helper.remove, force=True))
