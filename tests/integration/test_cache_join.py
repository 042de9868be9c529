"""Nodes of the cache that come, are killed, and come again."""

from __future__ import annotations

import pytest

from sdctl.design import validation
from sdctl.design.topology import expand
from sdctl.targets.compose.bundle import render
from tests.integration.yard import Yard
from tests.stacks import docker, eventually

pytestmark = pytest.mark.docker
PASSWORD = "the-password"


def run(yard: Yard, name: str) -> None:
    """One of two nodes, the second of which is to follow the first."""
    config = yard.folder / name
    config.mkdir(mode=0o755)
    files = render(expand("yard", validation.load("lite"))).files
    (config / "redis.conf").write_text(files["config/redis/redis.conf"])
    (config / "redis.conf").chmod(0o644)
    yard.run(
        name, "redis", NODE_NAME=name, NODE_ORDINAL=name[-1], CACHE_PASSWORD=PASSWORD,
        CACHE_CLUSTER="one", CACHE_MASTERS="1", CACHE_NODES="redis-1,redis-2",
    )  # fmt: skip


def asked(yard: Yard, name: str, command: str) -> str:
    """What a shell in the node says."""
    container = f"{yard.network}-{name}"
    words = ("-e", f"REDISCLI_AUTH={PASSWORD}", container, "sh", "-c", f"{command} 2>&1 || true")
    return "\n".join(docker("exec", *words))


def test_a_replica_that_was_killed_before_it_followed_must_follow(yard: Yard) -> None:
    """It knew by a file that it had been there before, and asked nobody whom to follow."""
    run(yard, "redis-2")
    eventually(lambda: asked(yard, "redis-2", "ls /data"), lambda said: "nodes-one.conf" in said)
    docker("kill", f"{yard.network}-redis-2")
    docker("start", f"{yard.network}-redis-2")
    run(yard, "redis-1")
    own = "redis-cli cluster nodes | grep myself"
    eventually(lambda: asked(yard, "redis-2", own), lambda said: "myself,slave" in said)
    assert asked(yard, "redis-1", own).endswith("connected 0-16383")
