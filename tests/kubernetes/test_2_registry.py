"""`images.push`: the cluster pulls from a registry what this machine has pushed there, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.kubernetes.clusters import NAME, Cluster, run
from tests.kubernetes.stacks import ClusterStack
from tests.orders import order, someone
from tests.stacks import docker

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def stack(one_node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterStack]:
    if not one_node.registry:
        pytest.skip("what another's registry was given cannot be counted")
    cluster = replace(one_node, push=run(one_node.registry).strip())
    made = ClusterStack("t-push", tmp_path_factory.mktemp("home"), cluster)
    made.clear()
    try:
        yield made
    finally:
        made.run("down", code=None)
        names = docker("images", "--format", "{{.Repository}}:{{.Tag}}")
        for name in (name for name in names if name.startswith(cluster.push)):
            docker("rmi", name)


def pushed() -> list[str]:
    """The names that the registry was given, each time it was."""
    lines = run("docker", "logs", f"{NAME}-registry").splitlines()
    requests = [line.split('"')[1] for line in lines if '"PUT /v2/' in line]
    return [line.split()[1] for line in requests if "/manifests/" in line]


def test_images_must_be_pulled_and_nothing_pushed_twice(stack: ClusterStack) -> None:
    stack.up("lite")
    pods = stack.cluster.get("--namespace", stack.namespace, "pods")["items"]
    images = {pod["spec"]["containers"][0]["image"] for pod in pods}
    assert all(image.startswith(f"{stack.cluster.push}/") for image in images), images
    with stack.client() as client:
        assert order(client, someone()).status_code == 202
    once = pushed()
    assert len(once) == len(set(once)) == len(images)
    # something that is to be done, and needs no other image
    assert stack.up("--set", "gateway.rate_limit=4000")["changed"]
    assert pushed() == once
