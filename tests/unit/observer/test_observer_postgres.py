"""PostgreSQL's and Patroni's answers as readings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import captured
import pytest

from sdctl.observer.positions import Positions, lag_seconds
from sdctl.observer.probes.postgres import node_table
from sdctl.observer.replication import Follower, PostgresAnswers, parse, readings


def row(name: str) -> dict[str, Any]:
    found: dict[str, Any] = captured.value(f"{name}-row.json")
    followers = found["followers"]  # the driver gives JSON as text
    return {**found, "followers": None if followers is None else json.dumps(followers)}


def stack() -> dict[str, PostgresAnswers]:
    return {
        f"postgres-{n}": parse(captured.value(f"patroni-{n}.json"), row(f"postgres-{n}"))
        for n in (1, 2, 3)
    }


def test_a_leader_and_its_followers_must_be_ok() -> None:
    found = readings(stack(), Positions(), 100.0)
    assert {name: (r.role, r.health) for name, r in found.items()} == {
        "postgres-1": ("follower", "ok"),
        "postgres-2": ("follower", "ok"),
        "postgres-3": ("leader", "ok"),
    }
    assert found["postgres-1"].facts == {
        "lag_bytes": 0, "lag_seconds": 0.0, "sync": True, "timeline": 5, "max_connections": 200,
    }  # fmt: skip
    assert found["postgres-2"].facts["sync"] is False
    assert found["postgres-3"].facts == {
        "timeline": 5, "followers": 2, "sync_followers": 1, "connections": 29,
        "max_connections": 200,
    }  # fmt: skip


def test_a_follower_must_be_synchronous_only_when_its_patroni_would_promote_it() -> None:
    """The server waits for it seconds before Patroni has noted so, and takes nobody else for it."""
    seen = stack()
    seen["postgres-1"] = replace(seen["postgres-1"], may_lead=False)
    assert readings(seen, Positions(), 100.0)["postgres-1"].facts["sync"] is False


def test_lag_must_come_from_the_leader_and_end_nowhere_when_it_is_away() -> None:
    seen = stack()
    leader = replace(seen["postgres-3"], followers={"postgres-1": Follower(sync=True, behind=4096)})
    found = readings({**seen, "postgres-3": leader}, Positions(), 100.0)
    assert found["postgres-1"].facts["lag_bytes"] == 4096
    del seen["postgres-3"]
    alone = readings(seen, Positions(), 100.0)["postgres-1"]
    assert (alone.role, alone.health, alone.reason) == ("follower", "failing", "no leader yet")
    assert alone.facts["lag_bytes"] is None
    assert alone.facts["lag_seconds"] is None


def test_a_follower_that_the_leader_does_not_see_must_lag_by_its_own_position() -> None:
    seen = stack()
    position = seen["postgres-3"].position
    assert position is not None
    seen["postgres-3"] = replace(seen["postgres-3"], followers={}, position=position + 500)
    seen["postgres-1"] = replace(seen["postgres-1"], streams=False)
    found = readings(seen, Positions(), 100.0)["postgres-1"]
    assert found.facts["lag_bytes"] == 500
    assert (found.health, found.reason) == ("failing", "not streaming from the leader")


@pytest.mark.parametrize("state", ["starting", "creating replica", "stopped"])
def test_a_node_that_does_not_run_must_say_what_it_does(state: str) -> None:
    down = parse({"state": state, "role": "replica"}, None)
    found = readings({**stack(), "postgres-2": down}, Positions(), 100.0)["postgres-2"]
    assert (found.role, found.health, found.facts) == (None, "failing", {})
    assert found.reason == f"PostgreSQL: {state}"


def test_of_two_leaders_the_newer_timeline_must_win() -> None:
    seen = stack()
    seen["postgres-1"] = replace(seen["postgres-1"], leads=True, timeline=4)
    found = readings(seen, Positions(), 100.0)
    assert found["postgres-3"].role == "leader"
    assert found["postgres-1"].role is None
    assert found["postgres-1"].reason == "an old leader, on timeline 4"


def test_a_write_after_an_idle_hour_must_not_make_an_hour_of_lag() -> None:
    positions = Positions()
    positions.note(3600.0, 1000, 1)
    positions.note(3600.5, 1200, 1)
    had_all = positions.had_all(1000)
    assert lag_seconds(now=3600.5, behind=200, age=3599.0, had_all=had_all) == 0.5


def test_lag_must_grow_while_a_follower_stands_still() -> None:
    positions = Positions()
    for second in range(10):
        positions.note(float(second), 1000 + second, 1)
    assert lag_seconds(now=9.0, behind=7, age=None, had_all=positions.had_all(1002)) == 7.0


def test_lag_must_be_zero_when_nothing_is_missing_and_unknown_when_nothing_is_known() -> None:
    assert lag_seconds(now=9.0, behind=0, age=600.0, had_all=None) == 0.0
    assert lag_seconds(now=9.0, behind=None, age=600.0, had_all=1.0) is None
    assert lag_seconds(now=9.0, behind=5, age=None, had_all=None) is None
    assert lag_seconds(now=9.0, behind=5, age=0.2, had_all=1.0) == 0.2


def test_an_idle_leader_must_keep_only_its_last_look() -> None:
    positions = Positions()
    positions.note(1.0, 1000, 1)
    positions.note(2.0, 1000, 1)
    assert positions.had_all(1000) == 2.0


def test_a_new_timeline_must_forget_the_positions_of_the_old() -> None:
    positions = Positions()
    positions.note(1.0, 1000, 1)
    positions.note(2.0, 900, 2)
    assert positions.had_all(950) == 2.0
    assert positions.had_all(899) is None


def test_the_table_must_say_why_a_node_has_no_role() -> None:
    down = parse({"state": "starting"}, None)
    found = readings({**stack(), "postgres-2": down}, Positions(), 100.0)
    table = node_table([found[f"postgres-{n}"] for n in (1, 2, 3)])
    assert [row[1] for row in table.rows] == ["follower", "PostgreSQL: starting", "leader"]
