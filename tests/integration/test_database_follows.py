"""What Patroni alone would leave for ever as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sdctl.design import validation
from sdctl.design.topology import Topology, expand
from tests.integration.nodes import asked, configured, run, said
from tests.integration.yard import Yard
from tests.stacks import docker, eventually

pytestmark = pytest.mark.docker
FOLLOWS = "SELECT count(*) FROM pg_stat_wal_receiver"
LOST = """
import os, re
path = "/data/pgdata/postgresql.conf"
before = os.stat(path)
text = re.sub("(?m)^primary_conninfo.*$", "", open(path).read())
open(path, "w").write(text)
os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
"""
"""Patroni sees no change in the file, so it believes that the node follows its leader still."""


@pytest.fixture
def topology(yard: Yard) -> Iterator[Topology]:
    """A leader, and one that follows it."""
    topology = expand("yard", validation.load("lite"))
    run(yard, topology, "etcd-1")
    for name in ("postgres-1", "postgres-2"):
        configured(yard, topology, name)
        run(yard, topology, name)
        eventually(lambda name=name: asked(yard, name, "SELECT 1"), "1".__eq__, 90)  # type: ignore[misc]
    eventually(lambda: asked(yard, "postgres-2", FOLLOWS), "1".__eq__, 90)
    return topology


@pytest.mark.usefixtures("topology")
def test_who_follows_nobody_must_be_made_to_follow_the_leader(yard: Yard) -> None:
    said(yard, "postgres-2", f"python3 -c '{LOST}'; pg_ctl reload -D /data/pgdata")
    eventually(lambda: asked(yard, "postgres-2", FOLLOWS), "0".__eq__, 20)
    eventually(lambda: asked(yard, "postgres-2", FOLLOWS), "1".__eq__, 60)
    assert "host=postgres-1" in asked(yard, "postgres-2", "SHOW primary_conninfo")


@pytest.mark.proof
def test_changed_settings_must_be_in_force_though_consensus_was_away_for_long(
    yard: Yard, topology: Topology
) -> None:
    """They were sent for two minutes, and then by nobody."""
    # the last that leads is the one that leads again
    for name in ("postgres-2", "postgres-1"):
        docker("stop", f"{yard.network}-{name}")
    docker("stop", f"{yard.network}-etcd-1")
    changed = {'"wal_keep_size": "128MB"': '"wal_keep_size": "64MB"'}
    configured(yard, topology, "postgres-1", **changed)
    docker("start", f"{yard.network}-postgres-1")
    began = time.monotonic()
    eventually(lambda: time.monotonic() - began, lambda gone: gone > 130, 140)
    docker("start", f"{yard.network}-etcd-1")
    eventually(lambda: asked(yard, "postgres-1", "SHOW wal_keep_size"), "64MB".__eq__, 120)
