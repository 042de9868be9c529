"""`sdctl up standard --target kubernetes` on three machines of 4 GB: every fault, every leader, and
the machines themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.game_days import played
from tests.kubernetes import autoscaled
from tests.kubernetes.clusters import NAME, Cluster, run
from tests.kubernetes.stacks import ClusterStack
from tests.orders import notification_counts, order, someone
from tests.stacks import eventually

pytestmark = pytest.mark.timeout(1800)

SINGLE = ("gateway-1", "lb-1", "etcd-1", "observer-1", "prometheus-1")
"""Nodes that are alone in their tier."""
DAY = """
description: what is done from inside a pod, or to it, all at once
seed: 1
load: {rps: 30}
steady: {for: 3s}
faults:
  - {fault: fail-messages, rate: 30%, permanent: true, for: 15s}
  - {fault: pause, where: "cache:any", for: 8s}
  - {fault: stop, where: "worker:any", for: 10s}
  - {fault: kill, where: "app:any", for: 10s}
"""


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


def nothing_is_lost(verdict: Any) -> None:
    """Of a run that wrote enough to tell, with its fault as it was asked for."""
    assert verdict["writes"]["acknowledged"] > 100, verdict["why"]
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == [], verdict["why"]
    assert [one for one in verdict["effects"] if one["holds"] is False] == []


def is_well(stack: ClusterStack) -> None:
    eventually(lambda: stack.json("status")["healthy"], bool, timeout_s=300)


def test_every_store_must_be_spread_over_the_machines(standard: ClusterStack) -> None:
    status = standard.json("status")
    assert status["healthy"]
    for tier in ("database", "queue", "documents"):
        nodes = [node["name"] for node in status["tiers"][tier]["nodes"]]
        assert len({standard.machine_of(name) for name in nodes}) == 3, tier


def test_100_requests_a_second_must_not_fail(standard: ClusterStack) -> None:
    standard.answers(100, 20)


def test_a_fault_that_a_cluster_cannot_do_must_be_refused_with_its_reason(
    standard: ClusterStack,
) -> None:
    network = "may not change its network"
    for words, why in (
        (("slow", "database:leader"), network),
        (("loss", "app-1"), network),
        (("bandwidth", "cache:leader"), network),
        (("partition", "app", "database", "--one-way"), "both ways"),
        (("cpu", "database:leader"), "a pod gets another limit only by being made anew"),
    ):
        said = standard.run("chaos", *words, code=2).stderr
        assert why in " ".join(said.split()), words
    assert standard.json("status")["faults"] == []


@pytest.mark.parametrize(
    ("tier", "how"), [("database", "kill"), ("database", "crash"), ("queue", "kill")]
)
def test_a_leader_that_dies_must_be_replaced_and_nothing_lost(
    standard: ClusterStack, tier: str, how: str, tmp_path: Path
) -> None:
    verdict = standard.json(
        "chaos", "kill-leader", tier, "--how", how, "--rps", "50", "--for", "40s", code=None
    )
    nothing_is_lost(verdict)
    assert verdict["verdict"] == "pass", verdict["why"]
    if (tier, how) == ("database", "kill"):
        predicted = verdict["predicted"]
        assert predicted["low_ms"] <= verdict["rto_ms"] <= 1.5 * predicted["high_ms"]
        path = standard.json("report", "last", "-o", str(tmp_path / "r.html"))["path"]
        assert f"kill-leader kill {verdict['leader_before']}" in Path(path).read_text()


def test_trials_on_a_cache_must_lose_nothing(standard: ClusterStack, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "trials.json"))
    words = ("bench", "failover", "cache", "--trials", "2", "--rps", "30", "--for", "10s", *out)
    summary = standard.json(*words, code=None)["summary"]
    assert (summary["trials"], summary["writes"]["lost"]) == (2, 0)


def test_a_partition_must_close_the_ways_that_were_asked_for_alone(standard: ClusterStack) -> None:
    before = standard.things("networkpolicies")
    verdict = standard.json(
        "chaos", "partition", "database:leader", "database:follower", "--for", "15s", code=None
    )
    nothing_is_lost(verdict)
    [effect] = verdict["effects"]
    assert (effect["asked"], effect["seen"], effect["holds"]) == ("cut off", "cut off", True)
    assert standard.things("networkpolicies") == before


def test_what_is_done_inside_pods_must_be_as_asked_and_dead_letters_be_told(
    standard: ClusterStack, tmp_path: Path
) -> None:
    played(standard, tmp_path, DAY)
    letters = standard.json("dlq", "list")
    assert letters, "30% of 450 messages fail at each of their attempts"
    replayed = standard.json("dlq", "replay", "--all")["replayed"]
    assert sorted(replayed) == sorted(letter["id"] for letter in letters)
    eventually(lambda: standard.json("dlq", "list"), lambda left: left == [], timeout_s=60)
    eventually(lambda: notification_counts(standard), lambda seen: seen.keys() == {1}, timeout_s=60)


def test_a_machine_that_dies_must_lose_nothing_and_come_back(standard: ClusterStack) -> None:
    """One on which no node is that its tier cannot spare: those that are alone are moved first. And
    before any machine is drained, as nobody spreads the nodes again after that."""
    if standard.cluster.context != NAME:
        pytest.skip("another's cluster: only our own machines may be stopped")
    leads = standard.machine_of(standard.leader("database") or "")
    machine = next(name for name in (f"{NAME}-2", f"{NAME}-3") if name != leads)
    standard.cluster.kubectl("cordon", machine)
    for node in SINGLE:
        if standard.machine_of(node) == machine:
            standard.cluster.kubectl("--namespace", standard.namespace, "delete", "pod", node)
    is_well(standard)
    standard.cluster.kubectl("uncordon", machine)
    try:
        with ThreadPoolExecutor() as beside:
            words = ("load", "--rps", "100", "--duration", "60s")
            load = beside.submit(standard.json, *words, code=None)
            time.sleep(10)  # what is asked for, not what is waited for: a load that is on its way
            run("docker", "kill", machine)
            result = load.result()
    finally:
        run("docker", "start", machine)
    print(f"{machine} dead for 50 s: {result['requests']}")
    nothing_is_lost({**standard.json("verdict", code=None), "effects": []})
    is_well(standard)
    standard.answers(50, 20)


def test_the_leaders_machine_must_be_drained_with_nothing_lost(standard: ClusterStack) -> None:
    leader = standard.leader("database") or ""
    machine = standard.machine_of(leader)
    verdict = standard.json(
        "chaos", "drain", "database:leader", "--for", "90s", "--rps", "30", code=None
    )
    nothing_is_lost(verdict)
    [effect] = verdict["effects"]
    assert effect["holds"], effect
    assert verdict["leader_after"] not in (None, leader)
    assert standard.machine_of(standard.leader("database") or "") != machine
    assert "unschedulable" not in standard.cluster.get(f"node/{machine}")["spec"]
    is_well(standard)


def test_a_machine_that_is_closed_must_keep_its_nodes(standard: ClusterStack) -> None:
    before = standard.cluster.get("--namespace", standard.namespace, "pods")["items"]
    verdict = standard.json(
        "chaos", "drain", "database:leader", "--cordon-only", "--for", "30s", code=None
    )
    nothing_is_lost(verdict)
    assert verdict["effects"][0]["holds"]
    after = standard.cluster.get("--namespace", standard.namespace, "pods")["items"]
    assert [pod["metadata"]["uid"] for pod in after] == [pod["metadata"]["uid"] for pod in before]
    machines = standard.cluster.get("nodes")["items"]
    assert not any(machine["spec"].get("unschedulable") for machine in machines)


def test_an_autoscaler_must_go_from_2_to_4_and_back_when_ours_would(
    standard: ClusterStack, tmp_path: Path
) -> None:
    autoscaled.must_be_as_ours(standard, tmp_path)


def test_what_was_written_must_outlive_down_with_keep_data_and_nothing_down(
    standard: ClusterStack,
) -> None:
    with standard.client() as client:
        placed = order(client, someone()).json()["id"]
    claims = standard.things("persistentvolumeclaims")
    standard.run("down", "--keep-data")
    assert standard.things("pods", "services", "statefulsets") == set()
    assert standard.things("persistentvolumeclaims") == claims
    standard.up("standard", "--timeout", "10m")
    with standard.client() as client:
        assert client.get(f"/v1/orders/{placed}").status_code == 200
    standard.run("down")
    assert eventually(standard.leftovers, lambda left: not left, timeout_s=60) == []
