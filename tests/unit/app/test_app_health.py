"""A replica must be ready when it can do what is sent to it, and say what is missing until then."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sdctl.app.http.health import PATIENCE_S, Readiness

OK: Any = SimpleNamespace(summary=lambda: "ok")


class FakeDatabase:
    """What a database looks like to those who ask how it is."""

    def __init__(self, leader: str | None = None, readable: bool = True) -> None:
        self.leader, self.is_readable = leader, readable

    def readable(self) -> bool:
        return self.is_readable

    def summary(self) -> str:
        return "ok" if self.leader else "no leader, reads only"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def health(database: FakeDatabase, clock: Clock | None = None) -> Readiness:
    either: Any = database
    return Readiness(either, OK, OK, now=clock or Clock())


def test_a_replica_that_comes_must_not_be_ready_until_it_knows_the_leader() -> None:
    database = FakeDatabase()
    seen = health(database)
    assert seen.read() == (
        False,
        {"database": "no leader, reads only", "cache": "ok", "queue": "ok"},
    )
    database.leader = "postgres-1"
    assert seen.read()[0]


def test_a_leader_without_the_schema_must_not_be_enough() -> None:
    assert not health(FakeDatabase("postgres-1", readable=False)).read()[0]


def test_a_replica_that_was_ready_must_serve_reads_while_the_leader_is_away() -> None:
    database = FakeDatabase("postgres-1")
    seen = health(database)
    assert seen.read()[0]
    database.leader = None
    assert seen.read()[0]
    database.is_readable = False
    assert not seen.read()[0], "no node can be read"
    database.is_readable = True
    assert seen.read()[0]


def test_a_replica_must_not_wait_for_ever_for_a_leader_that_does_not_come() -> None:
    clock = Clock()
    seen = health(FakeDatabase(), clock)
    clock.now += PATIENCE_S - 1
    assert not seen.read()[0]
    clock.now += 1
    assert seen.read()[0], "reads alone are better than nothing"


def test_a_replica_that_goes_must_not_be_ready() -> None:
    seen = health(FakeDatabase("postgres-1"))
    seen.draining = True
    assert not seen.read()[0]
