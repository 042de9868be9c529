"""What members of a MongoDB replica set say, read. The replies are in the shape that MongoDB's
manual gives for `replSetGetStatus` and `serverStatus`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sdctl.observer.probes import mongodb

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STATES = {1: "PRIMARY", 2: "SECONDARY", 3: "RECOVERING", 8: "(not reachable/healthy)"}


def said(
    me: int, states: tuple[int, ...], lag_s: float = 0.0, term: int = 4
) -> mongodb.MemberStatus:
    """A member's answer: it is `me` (from 1), the others are in `states`."""
    members: list[dict[str, Any]] = []
    for number, state in enumerate(states, 1):
        late = timedelta(seconds=lag_s if state == 2 else 0)
        members.append(
            {
                "_id": number - 1,
                "name": f"mongodb-{number}:27017",
                "state": state,
                "stateStr": STATES[state],
                "optimeDate": NOW - late,
                **({"self": True} if number == me else {}),
            }
        )
    status = {"set": "documents", "myState": states[me - 1], "term": term, "members": members}
    return mongodb.parse(status, {"connections": {"current": 7}})


def test_roles_and_lag_must_be_as_the_leader_sees_them() -> None:
    states = (2, 1, 2)
    seen = {f"mongodb-{n}": said(n, states, lag_s=1.5) for n in (1, 2, 3)}
    found = mongodb.readings(seen)
    assert [reading.role for reading in found.values()] == ["follower", "leader", "follower"]
    assert {reading.health for reading in found.values()} == {"ok"}
    assert found["mongodb-2"].facts == {"term": 4, "followers": 2, "connections": 7}
    assert found["mongodb-3"].facts["lag_seconds"] == 1.5


def test_of_two_leaders_the_one_of_the_newer_term_must_count() -> None:
    seen = {"mongodb-1": said(1, (1, 8, 8), term=4), "mongodb-2": said(2, (8, 1, 2), term=5)}
    found = mongodb.readings(seen)
    assert found["mongodb-2"].role == "leader"
    assert (found["mongodb-1"].role, found["mongodb-1"].health) == (None, "failing")
    assert found["mongodb-1"].reason == "an old leader, of term 4"


def test_without_a_leader_followers_must_be_failing_with_an_unknown_lag() -> None:
    found = mongodb.readings({"mongodb-2": said(2, (8, 2, 2))})["mongodb-2"]
    assert (found.role, found.health, found.reason) == ("follower", "failing", "no leader yet")
    assert found.facts["lag_seconds"] is None


def test_a_member_that_catches_up_must_be_failing_in_mongodbs_word() -> None:
    seen = {"mongodb-1": said(1, (1, 3)), "mongodb-2": said(2, (1, 3))}
    found = mongodb.readings(seen)["mongodb-2"]
    assert (found.role, found.health, found.reason) == (None, "failing", "recovering")


def test_figures_must_be_in_seconds_and_bytes() -> None:
    server = {
        "opLatencies": {
            "reads": {"latency": 1_500_000, "ops": 30},
            "writes": {"latency": 500_000, "ops": 10},
            "commands": {"latency": 0, "ops": 2},
        },
        "asserts": {"regular": 0, "user": 3},
        "connections": {"current": 7, "available": 93},
        "mem": {"resident": 64},
    }
    assert mongodb.samples(server) == {
        "documents_operations_total": 42,
        "documents_operation_seconds_total": 2.0,
        "documents_errors_total": 3,
        "documents_connections": 7,
        "documents_connections_limit": 100,
        "process_resident_memory_bytes": 64 * 1024**2,
    }
