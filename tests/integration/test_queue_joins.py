"""A node of the queue that is killed before it has joined the others."""

from __future__ import annotations

import pytest

from sdctl.design import validation
from sdctl.design.topology import expand
from tests.integration.nodes import configured, run, said
from tests.integration.yard import Yard
from tests.stacks import docker, eventually

pytestmark = [pytest.mark.docker, pytest.mark.proof]
ALL = ("rabbitmq-1", "rabbitmq-2", "rabbitmq-3")


def test_who_was_killed_before_it_had_joined_must_join(yard: Yard) -> None:
    """It was the first, and one for itself. The others found each other while it was away, and it
    never asked for them again."""
    topology = expand("yard", validation.load("lite", ("queue.nodes=3",)))
    members = "cat /data/rabbit@*/cluster_nodes.config; ls /data"
    for name in ("rabbitmq-2", "rabbitmq-1", "rabbitmq-3"):
        configured(yard, topology, name)
        run(yard, topology, name)
    own = "ls /data/rabbit@rabbitmq-2/rabbit_user.DCD"
    eventually(lambda: said(yard, "rabbitmq-2", own), lambda seen: "cannot" not in seen, 90)
    docker("kill", f"{yard.network}-rabbitmq-2")
    eventually(lambda: said(yard, "rabbitmq-1", members), lambda seen: "@rabbitmq-3'" in seen, 90)
    docker("start", f"{yard.network}-rabbitmq-2")
    for name in ALL:
        eventually(
            lambda name=name: said(yard, name, members),  # type: ignore[misc]
            lambda seen: all(f"@{each}'" in seen for each in ALL) and "alone" not in seen,
            90,
        )
    # what has been with others stays
    docker("exec", f"{yard.network}-rabbitmq-2", "touch", "/data/rabbit@rabbitmq-2/kept")
    docker("kill", f"{yard.network}-rabbitmq-2")
    docker("start", f"{yard.network}-rabbitmq-2")
    assert said(yard, "rabbitmq-2", "sleep 1; ls /data/rabbit@rabbitmq-2/kept").endswith("/kept")
