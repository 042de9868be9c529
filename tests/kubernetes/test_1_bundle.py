"""What `sdctl render --target kubernetes` writes, by plain kubectl."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from sdctl.targets import dotenv
from tests.kubernetes.clusters import Cluster, run
from tests.orders import inbox, order, someone
from tests.stacks import Stack, docker, eventually

SPACE = "sdctl-t-plain"


def rendered(profile: str, folder: Path) -> Path:
    Stack("t-plain", folder).run("render", profile, "--target", "kubernetes", "-o", str(folder))
    return folder


@pytest.fixture
def space(smoke: Cluster) -> Iterator[Cluster]:
    """A cluster without the namespace, before and after."""
    smoke.kubectl("delete", "namespace", SPACE, "--ignore-not-found")
    yield smoke
    smoke.kubectl("delete", "namespace", SPACE, "--ignore-not-found")


@pytest.mark.parametrize("profile", ["lite", "standard"])
def test_the_api_server_must_take_every_object_and_warn_of_none(
    space: Cluster, tmp_path: Path, profile: str
) -> None:
    """Its schemas, its defaults, and the restricted level of pod security."""
    folder = rendered(profile, tmp_path)
    space.kubectl("apply", "--filename", str(folder / "namespaces.yaml"))
    taken = space.kubectl("apply", "-k", str(folder), "--dry-run=server", "--warnings-as-errors")
    named = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    there = sum(len(list(yaml.safe_load_all((folder / name).read_text()))) for name in named)
    assert len(taken.splitlines()) == there + 1, "and the Secret"


@dataclass(frozen=True)
class Plain:
    """A bundle that was applied, as a person without sdctl has it."""

    cluster: Cluster
    folder: Path

    def pods(self) -> list[str]:
        return sorted(self.cluster.names("--namespace", SPACE, "pods"))

    def inside(self, pod: str, script: str) -> str:
        words = ("--namespace", SPACE, "exec", pod, "--", "sh", "-c", script)
        return self.cluster.kubectl(*words, code=None).strip()


@pytest.fixture(scope="module")
def plain(one_node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plain]:
    """`lite` on one node of 4 GB, by the commands that the bundle's own README has."""
    folder = rendered("lite", tmp_path_factory.mktemp("bundle"))
    one_node.kubectl("delete", "namespace", SPACE, "--ignore-not-found")
    there = set(docker("images", "--format", "{{.Repository}}:{{.Tag}}"))
    for line in (folder / "README.md").read_text().splitlines():
        if line.strip().startswith("docker build -t"):
            *words, tag, place = shlex.split(line)
            if tag not in there:
                run(*words, tag, str(folder / place))
            one_node.give(tag)
    one_node.kubectl("apply", "-k", str(folder))
    try:
        yield Plain(one_node, folder)
    finally:
        one_node.kubectl("delete", "namespace", SPACE, "--ignore-not-found")


@pytest.mark.timeout(600)
def test_plain_kubectl_must_have_all_pods_ready_on_one_node_of_4_gb(plain: Plain) -> None:
    for name in sorted(plain.cluster.names("--namespace", SPACE, "statefulsets")):
        plain.cluster.kubectl("--namespace", SPACE, "rollout", "status", name, "--timeout=5m")
    nodes = plain.cluster.get("nodes")["items"]
    assert len(nodes) == 1
    restarts = {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in plain.cluster.get("--namespace", SPACE, "pods")["items"]
        for status in pod["status"]["containerStatuses"]
    }
    assert all(count == 0 for count in restarts.values()), restarts


def test_an_order_must_go_through_every_tier_to_one_notification(plain: Plain) -> None:
    key = dotenv.read(plain.folder)["api_key"]
    with (
        plain.cluster.forward(SPACE, "service/gateway", 8080) as port,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": key}, timeout=15
        ) as client,
    ):
        user = someone()
        placed = order(client, user)
        assert placed.status_code == 202
        [notice] = eventually(lambda: inbox(client, user), bool, timeout_s=60)
        assert notice["order_id"] == placed.json()["id"]


def test_no_store_must_be_reached_from_the_edge_or_by_a_stranger(plain: Plain) -> None:
    """The policies are as the networks: the gateway reaches the balancer and no store."""
    connect = "timeout 2 bash -c '</dev/tcp/{}/{}' 2>/dev/null && echo connected"

    def reaches(pod: str, host: str, port: int) -> None:
        """Once is enough: on a busy machine a first look for the name may take too long."""
        eventually(lambda: plain.inside(pod, connect.format(host, port)), "connected".__eq__)

    stores = (("postgres-1", 5432), ("redis-1", 6379), ("rabbitmq-1", 5672))
    for name, port in stores:
        host = f"{name}.nodes"
        reaches("app-1", host, port)
        assert plain.inside("gateway-1", connect.format(host, port)) == "", name
    reaches("gateway-1", "lb", 8080)
    assert plain.inside("gateway-1", connect.format("192.0.2.1", 80)) == ""


def test_nothing_must_be_left_when_it_is_deleted(plain: Plain) -> None:
    plain.cluster.kubectl("delete", "-k", str(plain.folder), "--timeout=2m")
    assert f"namespace/{SPACE}" not in plain.cluster.names("namespaces")
    claims = [
        volume["spec"]["claimRef"]["namespace"]
        for volume in plain.cluster.get("persistentvolumes")["items"]
    ]
    assert SPACE not in claims
    assert not [one for one in plain.cluster.names("priorityclasses") if "sdctl" in one]
