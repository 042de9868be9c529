"""The helper of a fault: a container in the network namespace of a node's container. It may change
the network there (``CAP_NET_ADMIN``), and has no other right, no file that it can write, and no
network of its own. What it runs, and that it ends by itself, is in ``sdctl/observer/link/``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.compose import surroundings
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.helper_instructions import instructions, moved, near_of, one_of
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.compose.stack_containers import StackContainers
from sdctl.targets.network_operations import GONE, MOVED, Impair
from sdctl.targets.target import Output

FAULT, HELPS = f"{LABEL}fault", f"{LABEL}helps"
"""The labels of a helper: of which fault it is, and in which node's namespace."""
CUTS = f"{LABEL}cuts"
"""By node that it cuts off, the addresses that it knows: JSON."""
_READY = b"ready\n"
_MEMORY = 64 * 1024**2
_PROCESSES = 32
_SHARES = 4096
"""It holds packets for milliseconds, so it gets the processor when it wants it."""
_REMOVE = 'cat > /dev/null; sleep 1; docker rm -f "$1"'
"""When its input ends, and the engine has had the time to do what it was told last."""


def start(
    docker: Docker, name: str, op: Impair, containers: Sequence[Container], labels: Any
) -> Output:
    """Start a helper and wait until it says that it is ready; what it says instead, where it ends.

    ``containers``: all of the stack's. A trial has a namespace of its own, of which nothing is
    left.
    """
    target, image = one_of(containers, op.node), _image(containers)
    network = "none" if op.trial else f"container:{target.id}"
    library: Any = docker.client.containers  # it takes more than its types say
    made = docker.ask(
        partial(
            library.create,
            image,
            command=[
                "python3",
                "-m",
                "sdctl.observer.link",
                json.dumps(instructions(op, containers)),
            ],
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
    said = docker.ask(lambda: made.attach(stdout=True, stderr=True, stream=True), op.node)
    told = b""
    try:
        docker.ask(made.start, op.node)
        for chunk in said:
            told += chunk
            if _READY in told:
                return Output(0, "ready", "")
    except TargetRefused:
        _end(docker, made)
        raise
    finally:
        said.close()
        if op.trial:
            _end(docker, made)
    _end(docker, made)
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


def stop(stack: StackContainers, node: str, fault: str) -> Output:
    """End the helpers of a fault in a node's namespace; code 1 where there is none any more."""
    found = running(stack, node, fault)
    for helper in found:
        _end(stack.docker, helper)
    return Output(0 if found else 1, "", "" if found else "its helper has ended")


def running(stack: StackContainers, node: str, fault: str) -> Sequence[Any]:
    """The helpers of a fault in a node's namespace that are there."""
    return stack.labelled(f"{FAULT}={fault}", f"{HELPS}={node}")


def looked_at(
    found: Sequence[Any], node: str, containers: Callable[[], Sequence[Container]]
) -> Output:
    """What is so with a node's helpers, which were ``found``: as ``Helped`` says it."""
    if not found:
        return Output(GONE, "", "")
    told = [json.loads(helper.attrs["Labels"].get(CUTS, "{}")) for helper in found]
    if not any(told):
        return Output(0, "", "")
    there = containers()
    target = next((container for container in there if container.node == node), None)
    if target is None:
        return Output(GONE, "", "")
    now = near_of(target, there)
    elsewhere = ", ".join(dict.fromkeys(name for answer in told for name in moved(answer, now)))
    return Output(MOVED if elsewhere else 0, elsewhere, "")


def _image(containers: Sequence[Container]) -> str:
    """The observer's: every stack has it, and what the helper runs is in it."""
    for container in containers:
        if container.tier == "observer":
            return container.image
    raise NoSuchTarget("the stack has no observer", hint="`sdctl up` makes it.")


def _end(docker: Docker, helper: Any) -> None:
    """In order, so that the packets that it holds go on; then it is gone."""
    with suppress(NoSuchTarget, TargetRefused):
        docker.ask(partial(helper.stop, timeout=2))
    with suppress(NoSuchTarget, TargetRefused):  # the engine removes it as well
        docker.ask(partial(helper.remove, force=True))
