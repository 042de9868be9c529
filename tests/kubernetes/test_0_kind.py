"""The README's words on Kubernetes, as a person with kind types them: kind's own program brings the
images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kubernetes.clusters import Cluster, NoCluster
from tests.kubernetes.stacks import ClusterStack
from tests.orders import inbox, order, someone
from tests.stacks import eventually

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture
def kind(one_node: Cluster, tmp_path: Path) -> Iterator[ClusterStack]:
    try:
        stack = ClusterStack("t-kind", tmp_path, one_node.as_kind())
    except NoCluster as why:
        pytest.skip(str(why))
    stack.clear()
    yield stack
    stack.run("down", code=None)


def images_of(cluster: Cluster) -> set[str]:
    """The tags that the cluster's machines have of what sdctl builds."""
    machines = cluster.get("nodes")["items"]
    images = (image for machine in machines for image in machine["status"]["images"])
    return {name for image in images for name in image.get("names", ()) if "/sdctl/" in name}


def test_the_commands_of_the_readme_must_do_on_kinds_context(kind: ClusterStack) -> None:
    if images_of(kind.cluster):
        pytest.skip("the cluster has images already, so nothing would bring them; stop it first")
    up = kind.run("up", "lite", "--target", "kubernetes", "--context", kind.cluster.context,
                  "--set", f"gateway.port={kind.port}")  # fmt: skip
    assert kind.json("status")["healthy"], up.stderr
    user = someone()
    with kind.client() as client:
        assert order(client, user).status_code == 202
        assert len(eventually(lambda: inbox(client, user), bool, timeout_s=60)) == 1
    verdict = kind.json("chaos", "kill-leader", "--rps", "50")
    assert verdict["verdict"] == "pass", verdict["why"]
    assert verdict["writes"]["lost"] == []
    kind.run("down")
    assert kind.leftovers() == []
