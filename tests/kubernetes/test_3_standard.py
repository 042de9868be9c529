"""`sdctl up standard --target kubernetes` on three nodes of 4 GB: every leader, and their node."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.kubernetes.clusters import Cluster
from tests.kubernetes.stacks import ClusterStack
from tests.stacks import eventually

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def standard(
    three_nodes: Cluster, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ClusterStack]:
    stack = ClusterStack("t-standard", tmp_path_factory.mktemp("home"), three_nodes)
    stack.clear()
    try:
        stack.up("standard", "--timeout", "10m")
        yield stack
    finally:
        if not request.config.getoption("--keep"):
            stack.run("down", code=None)


def test_every_store_must_be_spread_over_the_nodes(standard: ClusterStack) -> None:
    status = standard.json("status")
    assert status["healthy"]
    for tier in ("database", "queue", "consensus"):
        nodes = [node["name"] for node in status["tiers"][tier]["nodes"]]
        assert len({standard.machine_of(name) for name in nodes}) == 3, tier


@pytest.mark.parametrize("tier", ["database", "queue", "cache"])
def test_a_killed_leader_must_be_replaced_and_nothing_lost(
    standard: ClusterStack, tier: str
) -> None:
    verdict = standard.json("chaos", "kill-leader", tier, "--rps", "50", "--for", "20s")
    assert verdict["writes"]["acknowledged"] > 100
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    if tier == "database":
        predicted = verdict["predicted"]
        assert predicted["low_ms"] <= verdict["rto_ms"] <= 1.5 * predicted["high_ms"]


def test_the_leaders_node_must_be_drained_with_nothing_lost(standard: ClusterStack) -> None:
    machine = standard.machine_of(standard.leader("database") or "")
    drain = ("drain", machine, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=5m")
    try:
        with ThreadPoolExecutor() as beside:
            load = beside.submit(standard.load, "--rps", "30", "--duration", "60s")
            standard.cluster.kubectl(*drain)
            load.result()
    finally:
        standard.cluster.kubectl("uncordon", machine)
    verdict = standard.json("verdict")
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert standard.machine_of(standard.leader("database") or "") != machine
    eventually(lambda: standard.json("status")["healthy"], bool, timeout_s=300)


def test_an_autoscaler_must_go_from_2_to_4_and_back(standard: ClusterStack) -> None:
    if not standard.cluster.measures:
        pytest.skip("this cluster has no metrics-server")

    def replicas() -> int:
        found = standard.cluster.get("--namespace", standard.namespace, "statefulset/app")
        return int(found["spec"]["replicas"])

    standard.up("--set", "app.autoscale.max=4", "--set", "app.autoscale.min=2")
    with ThreadPoolExecutor() as beside:
        load = beside.submit(standard.load, "--rps", "200", "--duration", "120s")
        eventually(replicas, lambda seen: seen == 4, timeout_s=180)
        assert load.result()["requests"]["failed"] == 0
    # the usual five minutes of Kubernetes without a smaller wish
    eventually(replicas, lambda seen: seen == 2, timeout_s=480)
