"""Nodes of the database that are killed while they are made."""

from __future__ import annotations

import pytest

from sdctl.design import validation
from sdctl.design.topology import Topology, expand
from tests.integration.nodes import asked, configured, killed, run, said
from tests.integration.yard import Yard
from tests.stacks import docker, eventually

pytestmark = pytest.mark.docker


@pytest.fixture
def topology() -> Topology:
    return expand("yard", validation.load("lite"))


def test_who_is_killed_while_it_is_made_must_be_made_anew(yard: Yard, topology: Topology) -> None:
    """The half of a cluster was taken for a whole one, which had no users; of the half of a copy
    it was said that somebody should do something."""
    run(yard, topology, "etcd-1")
    configured(yard, topology, "postgres-1", **{"sh /opt/sdctl/post-b": "sh -c 'sleep 999' post-b"})
    run(yard, topology, "postgres-1")
    eventually(lambda: said(yard, "postgres-1", "pgrep -f '^sleep 999'"), str.isdigit, 90)
    killed(yard, topology, "postgres-1")
    users = "SELECT count(*) FROM pg_roles WHERE rolname IN ('app', 'observer', 'replication')"
    eventually(lambda: asked(yard, "postgres-1", users), lambda count: count == "3", 90)
    [made] = docker("exec", f"{yard.network}-postgres-1", "ls", "/data")
    assert made == "pgdata"

    slow = {"- checkpoint: fast": "- checkpoint: fast\n    - max-rate: 32k"}
    configured(yard, topology, "postgres-2", **slow)
    run(yard, topology, "postgres-2")
    eventually(
        lambda: said(yard, "postgres-2", "ls /data /data/pgdata"),
        lambda seen: "half-made" in seen and "base" in seen,
        90,
    )
    killed(yard, topology, "postgres-2")
    follows = "SELECT pg_is_in_recovery()"
    eventually(lambda: asked(yard, "postgres-2", follows), lambda seen: seen == "t", 90)
    assert said(yard, "postgres-2", "ls /data") == "pgdata"
    # what is whole stays
    asked(yard, "postgres-1", "CREATE TABLE kept ()")
    killed(yard, topology, "postgres-1")
    eventually(lambda: asked(yard, "postgres-1", "SELECT count(*) FROM kept"), "0".__eq__, 90)


def test_a_cluster_that_nobody_makes_must_be_begun_again(yard: Yard, topology: Topology) -> None:
    """Who began it does not know, or is gone: the others waited for it for ever."""
    run(yard, topology, "etcd-1")
    put = 'etcdctl put /service/sdctl/initialize ""'
    eventually(lambda: said(yard, "etcd-1", put), "OK".__eq__, 60)
    configured(yard, topology, "postgres-1")
    run(yard, topology, "postgres-1")
    eventually(lambda: asked(yard, "postgres-1", "SELECT 1"), "1".__eq__, 90)
