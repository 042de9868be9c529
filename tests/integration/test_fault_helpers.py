"""The helpers of faults on real networks: namespaces, joined by a bridge in one more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import permutations

import pytest

from sdctl.faults._reachability import reachability
from sdctl.faults.effect import Effect
from sdctl.judge.seen_effect import SeenEffect
from sdctl.observer.link.__main__ import GONE
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus
from sdctl.targets.network_operations import Impair
from sdctl.targets.operations import Exec, Op
from sdctl.targets.target import Output
from tests.stacks import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make namespaces")

NODES = ("10.97.0.1", "10.97.0.2", "10.97.0.3")
"""Each has its address for a name, as nobody resolves names here."""
OBSERVER = "10.97.0.9"


@dataclass(frozen=True)
class Networks:
    """By node, a process that holds its namespace."""

    holders: Mapping[str, int]

    def inside(self, node: str, *words: str) -> list[str]:
        """A command in the namespace of a node."""
        return ["nsenter", f"--net=/proc/{self.holders[node]}/ns/net", *words]

    def configure(self, node: str, *lines: str) -> None:
        """Commands of ip(8)."""
        words = self.inside(node, "ip", "-batch", "-")
        subprocess.run(words, input="\n".join(lines), text=True, check=True, timeout=60)

    def apply(self, op: Op) -> Output:
        """What a node or the observer is asked."""
        assert isinstance(op, Exec)
        words = [sys.executable if word == "python3" else word for word in op.command]
        done = subprocess.run(
            self.inside(op.node, *words), cwd=ROOT, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        return Output(done.returncode, done.stdout, done.stderr)

    def helper(self, op: Impair) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """A fault's helper, for as long as it is wanted."""
        orders = {
            "fault": op.fault, "node": op.node, "for_s": op.for_s, "spare": [OBSERVER],
            "peers": {node: [node] for node in NODES if node != op.node},
            "cut_to": op.cut_to, "cut_from": op.cut_from, "loss": op.loss,
            "latency_s": op.latency_s,
        }  # fmt: skip
        words = (sys.executable, "-m", "sdctl.observer.link", json.dumps(orders))
        return _running(self.inside(op.node, *words), says=b"ready\n")


@pytest.fixture
def networks() -> Iterator[Networks]:
    hold = ["unshare", "--net", "sh", "-c", "echo held; exec sleep 600"]
    with ExitStack() as stack:
        holders = {
            name: stack.enter_context(_running(hold, says=b"held\n")).pid
            for name in ("bridge", OBSERVER, *NODES)
        }
        networks = Networks(holders)
        ports = {node: f"port{number}" for number, node in enumerate((OBSERVER, *NODES))}
        for node, port in ports.items():
            networks.configure(
                node,
                f"link add eth0 type veth peer name {port} netns {holders['bridge']}",
                f"address add {node}/24 dev eth0",
                "link set eth0 up",
            )
        networks.configure(
            "bridge",
            "link add br0 up type bridge",
            *(f"link set {port} master br0 up" for port in ports.values()),
        )
        yield networks


@contextmanager
def _running(words: Sequence[str], *, says: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has said that it is there."""
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == says
            yield process
        finally:
            process.terminate()


def _seen() -> Snapshot:
    def tier(*names: str) -> TierStatus:
        nodes = (NodeStatus(name=name, state="running", role=None, health="ok") for name in names)
        return TierStatus(healthy=True, leader=None, nodes=tuple(nodes))

    return Snapshot(
        stack="s", profile="p", healthy=True, at="",
        tiers={"app": tier(*NODES), "observer": tier(OBSERVER)},
    )  # fmt: skip


def _measured(networks: Networks, effect: Effect) -> SeenEffect:
    outputs: list[Output] = []
    with ThreadPoolExecutor() as pool:
        for step in effect.operations:
            outputs += pool.map(networks.apply, step if isinstance(step, tuple) else (step,))
    return effect.measured(outputs)


def _open(seen: SeenEffect) -> set[tuple[str, str]]:
    reached = seen.more["reached"]
    return {(one, other) for one, others in reached.items() for other in others if others[other]}


def test_of_several_partitions_at_once_each_must_measure_its_own_ways(networks: Networks) -> None:
    """Two on one node, and one on another that shares its peers; and a loss besides."""
    one, two, three = NODES
    partitions = {
        "f-1": Impair(node=one, cause="", for_s=300, cut_to=(two,), cut_from=(two,)),
        "f-2": Impair(node=one, cause="", for_s=300, cut_to=(three,)),
        "f-1003": Impair(node=two, cause="", for_s=300, cut_from=(three,)),
    }
    loss = Impair(node=two, cause="", for_s=300, loss=0.9, fault="f-4")
    ops = {fault: replace(op, fault=fault) for fault, op in partitions.items()}
    effects = [reachability(_seen(), [op]).of_fault(fault) for fault, op in ops.items()]
    with ExitStack() as helpers, ThreadPoolExecutor() as pool:
        for op in (*ops.values(), loss):
            helpers.enter_context(networks.helper(op))
        found = dict(zip(ops, pool.map(lambda e: _measured(networks, e), effects), strict=True))
    assert {fault: (seen.seen, seen.why) for fault, seen in found.items()} == {
        "f-1": ("cut off", "2 of 4 ways closed"),
        "f-2": ("cut off one way", "1 of 4 ways closed"),
        "f-1003": ("cut off one way", "1 of 4 ways closed"),
    }
    ways = set(permutations(NODES, 2))
    assert _open(found["f-1"]) == ways - {(one, two), (two, one), (two, three), (three, two)}
    assert _open(found["f-2"]) == ways - {(one, three), (two, three), (three, two)}
    assert _open(found["f-1003"]) == ways - {(three, two), (one, three), (three, one)}


def test_every_helper_must_end_with_the_network_of_its_node(networks: Networks) -> None:
    """As where a node stops or starts anew: its interfaces are gone, and nobody else's network is
    touched."""
    one, two, three = NODES
    ops = [
        Impair(node=one, cause="", for_s=300, cut_to=(two,), fault="f-1"),
        Impair(node=one, cause="", for_s=300, latency_s=0.1, fault="f-2"),
        Impair(node=one, cause="", for_s=300, loss=0.5, fault="f-3"),
        Impair(node=two, cause="", for_s=300, cut_to=(three,), fault="f-1"),
    ]
    with ExitStack() as stack:
        *gone, other = [stack.enter_context(networks.helper(op)) for op in ops]
        networks.configure(one, "link delete eth0")
        assert [helper.wait(timeout=60) for helper in gone] == [GONE] * 3
        assert other.poll() is None
