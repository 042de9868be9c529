"""A node is cut off by policies: tried first, as not every cluster's network keeps them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sdctl.targets.kubernetes import cutting
from sdctl.targets.network_operations import Impair
from sdctl.targets.target import Output
from tests.unit.targets.kubernetes_objects import SPACE, Object

CUT = Impair(
    node="postgres-1", cause="x", for_s=9, cut_to=("app-1",), cut_from=("app-1",), fault="f-1"
)


def pod(name: str, address: str, *networks: str) -> Object:
    labels = {"app.kubernetes.io/instance": "sdctl", "statefulset.kubernetes.io/pod-name": name}
    labels |= {f"network.sdctl/{network}": "" for network in networks}
    spec = {"containers": [{"ports": [{"containerPort": 80}]}]}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {"podIP": address},
    }


class World:
    """Pods, and a network that lets through ``open_`` alone; what is changed is written down."""

    def __init__(self, *open_: str) -> None:
        self.pods = [
            pod("gateway-1", "10.0.0.1", "edge", "service"),
            pod("app-1", "10.0.0.2", "service", "data"),
            pod("postgres-1", "10.0.0.3", "data"),
        ]
        self.open = open_
        self.asked: list[tuple[str, str]] = []
        self.changed: list[Any] = []
        self.policy: Object | None = None

    def list(self, kind: str, labels: object = None) -> list[Object]:
        return self.pods if kind == "Pod" else []

    def get(self, kind: str, name: str) -> Object | None:
        return self.policy

    def execute(self, node: str, command: tuple[str, ...]) -> tuple[int, str, str]:
        place = command[-1]
        self.asked.append((node, place))
        return 0, f"{place}\n" if place in self.open else "", ""

    def apply(self, document: Object) -> None:
        self.policy = document

    def patch(self, kind: str, name: str, change: Object) -> None:
        self.changed.append((name, change["metadata"]["labels"]))

    def delete(self, kind: str, name: str) -> None:
        self.policy = None


@pytest.mark.parametrize("open_", [(), ("10.0.0.3:80",)])
def test_a_network_that_keeps_no_policy_must_be_told_and_nothing_be_changed(
    open_: tuple[str, ...],
) -> None:
    world: Any = World(*open_)
    done = cutting.cut(world, SPACE, world.pods[2], CUT.as_trial())
    assert world.asked == [("gateway-1", "10.0.0.3:80")], "two that share no network"
    assert (world.policy, world.changed) == (None, [])
    assert done.code == len(open_)
    assert ("enforces no NetworkPolicy: gateway-1 reaches postgres-1" in done.stderr) == bool(open_)


def test_a_cut_must_be_undone_to_the_last_label() -> None:
    world: Any = World()
    mine = world.pods[2]
    assert cutting.cut(world, SPACE, mine, CUT).code == 0
    assert world.policy["metadata"]["name"] == "cut-postgres-1"
    assert world.changed == [("postgres-1", {"network.sdctl/data": "cut"})]
    mine["metadata"]["labels"]["network.sdctl/data"] = "cut"
    assert cutting.is_on(world, "postgres-1", mine, "f-1") == Output(0, "", "")
    assert cutting.is_on(world, "postgres-1", mine, "f-2").code == 1
    assert cutting.restore(world, SPACE, "postgres-1", mine, "f-1").code == 0
    assert world.policy is None
    assert world.changed[-1] == ("postgres-1", {"network.sdctl/data": ""})
    mine["metadata"]["labels"]["network.sdctl/data"] = ""
    assert cutting.restore(world, SPACE, "postgres-1", mine, "f-1").code == 1, "once is enough"


def test_a_pod_that_was_made_anew_must_be_cut_by_the_new_fault_alone() -> None:
    """The policy of the fault that it was made anew in may be there still."""
    world: Any = World()
    mine = world.pods[2]
    cutting.cut(world, SPACE, mine, CUT)
    cutting.cut(world, SPACE, mine, dataclasses.replace(CUT, fault="f-2", cut_to=("app-2",)))
    assert cutting.is_on(world, "postgres-1", mine, "f-1").code == 1
    assert "app-1" not in str(world.policy)
    mine["metadata"]["labels"]["network.sdctl/data"] = "cut"
    cutting.cut(world, SPACE, mine, dataclasses.replace(CUT, fault="f-3", cut_to=("app-3",)))
    assert [cutting.is_on(world, "postgres-1", mine, f"f-{n}").code for n in (1, 2, 3)] == [1, 0, 0]
