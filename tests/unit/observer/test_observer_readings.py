"""Readings of app, worker and consensus, and of nodes that cannot be asked."""

from __future__ import annotations

import socket

import asyncpg
import captured
import pytest

from sdctl.app.stores.mongo import ServerError
from sdctl.observer import service
from sdctl.observer.failures import failed, why
from sdctl.observer.node import Node
from sdctl.observer.probes import app, containers, etcd, observer, worker
from sdctl.observer.streams import BadAnswer

TARGET = Node(name="redis-1", component="redis", tier="cache", ports={"redis": 6379})
READY = captured.value("app-1-readyz.json")
STATUS, MEMBERS = captured.value("etcd-status.json"), captured.value("etcd-members.json")


def test_a_ready_replica_must_be_ok_with_its_figures() -> None:
    facts = app.facts(captured.value("app-1-stats.json"))
    seen = service.reading("app-1", READY, facts)
    assert (seen.role, seen.health, seen.reason) == ("replica", "ok", "")
    assert seen.facts == {
        "rps": 8.38, "in_flight": 1, "p99_seconds": 0.0113, "cpu": 0.042, "hit_ratio": 0.0088,
        "cache_hits": 1, "cache_misses": 113, "pool_leader": 5, "pool_follower": 2,
        "queries_slowed_seconds": None, "unready": False,
    }  # fmt: skip


def test_a_replica_must_say_what_it_misses() -> None:
    gone = {"ready": False, "dependencies": {"database": "no leader", "cache": "ok"}}
    seen = service.reading("app-1", gone, {})
    assert (seen.health, seen.reason) == ("failing", "database: no leader")
    draining = {**READY, "ready": False}
    assert service.reading("app-1", draining, {}).reason == "not ready"
    small = {"ready": True, "dependencies": {"cache": "none in this stack"}}
    assert service.reading("app-1", small, {}).health == "ok"


def test_a_worker_must_tell_its_fault_only_while_it_has_one() -> None:
    stats = captured.value("worker-1-stats.json")
    assert worker.facts(stats)["fault_rate"] is None
    assert worker.facts(stats)["processed"] == 173
    on = {"fail-messages-for-good": {"amount": 0.3}, "slow-consumer": {"amount": 0.5}}
    told = worker.facts({**stats, "faults": on})
    assert (told["fault_rate"], told["slowed_seconds"]) == (0.3, 0.5)
    assert told["queries_slowed_seconds"] is None


def test_tables_of_the_service_must_have_a_row_per_replica_and_pool() -> None:
    requests, pools = app.tables({"app-1": captured.value("app-1-stats.json")})
    assert requests.rows == (("app-1", 8.38, 1, 1, 113, 119, 0),)
    assert pools.rows[0] == ("app-1", "leader", "postgres-3", 5, 5)
    [messages, _] = worker.tables({"worker-1": captured.value("worker-1-stats.json")})
    assert messages.rows == (("worker-1", 6.38, 0, 173, 0, 0, 0),)


def test_the_only_member_of_consensus_must_lead() -> None:
    seen = etcd.reading("etcd-1", STATUS, MEMBERS, 1)
    assert (seen.role, seen.health) == ("leader", "ok")
    assert seen.facts == {"db_size_bytes": 110592, "raft_term": 3, "members": 1}


def test_consensus_must_have_a_leader_and_everybody() -> None:
    lost = etcd.reading("etcd-1", {**STATUS, "leader": "0"}, MEMBERS, 1)
    assert (lost.role, lost.health, lost.reason) == ("member", "failing", "no leader yet")
    other = etcd.reading("etcd-1", {**STATUS, "leader": "77"}, MEMBERS, 3)
    assert (other.role, other.reason) == ("follower", "1 of 3 members known")
    full = etcd.reading("etcd-1", {**STATUS, "errors": ["NOSPACE"]}, MEMBERS, 1)
    assert full.reason == "NOSPACE"


@pytest.mark.parametrize(
    ("error", "health", "reason"),
    [
        (TimeoutError(), "unknown", "no answer in 800 ms"),
        (ConnectionRefusedError(111, "refused"), "failing", "connection refused"),
        (socket.gaierror(-2, "unknown"), "failing", "name not found (not running)"),
        (ConnectionResetError(), "failing", "connection broke off"),
        (asyncpg.InternalClientError("another operation"), "failing", "connection broke off"),
        (OSError(113, "No route to host"), "failing", "no route to host"),
        (BadAnswer("HTTP 500"), "failing", "HTTP 500"),
        (asyncpg.CannotConnectNowError("starting up"), "failing", "starting up"),
    ],
)
def test_silence_must_be_unknown_and_refusal_failing(
    error: Exception, health: str, reason: str
) -> None:
    seen = failed(TARGET, error)
    assert (seen.name, seen.role, seen.health, seen.reason) == ("redis-1", None, health, reason)


def test_a_mistake_of_a_probe_must_be_unknown_and_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = failed(TARGET, KeyError("used_memory"))
    assert (seen.health, seen.reason) == ("unknown", "cannot be read: KeyError: 'used_memory'")
    assert why(KeyError()) is None
    assert "KeyError" in capsys.readouterr().err


def test_the_observer_must_know_a_node_by_its_component() -> None:
    assert observer.component("redis-12") == "redis"


@pytest.mark.parametrize(
    "error",
    [OSError(0, "Error"), OSError("Multiple exceptions: [Errno 111] a, [Errno 0] b"),
     ServerError(0, "postgres-1:27017: [Errno 0] Error"), ServerError(0, "x: [Errno 111] no")],
)  # fmt: skip
def test_a_reason_must_be_words_and_not_a_number_of_the_system(error: Exception) -> None:
    said = why(error)
    assert said
    assert "Errno" not in said


def test_less_than_a_second_of_cpu_must_not_be_called_none() -> None:
    used = {"container_memory_working_set_bytes": 5.0e6, "container_spec_memory_limit_bytes": 1.6e8,
            "container_cpu_usage_seconds_total": 0.4321, "container_restarts_total": 0.0,
            "container_oom_events_total": 0.0}  # fmt: skip
    table = containers.usage_table({"gateway-1": used})
    assert table.rows == (("gateway-1", 5_000_000, 160_000_000, 0.43, 0, 0),)
