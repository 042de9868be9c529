from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from sdctl.bringup.renewal import by_turns, next_turn
from sdctl.design.topology import Topology
from sdctl.state.snapshot import Health, NodeStatus, Role, Snapshot, TierStatus
from sdctl.targets.changes import Changes
from sdctl.targets.target import Instance

Make = Callable[..., Topology]


def running(topology: Topology, *, down: str = "") -> list[Instance]:
    return [
        Instance(
            node=node.name,
            tier=node.tier,
            component=node.component,
            state="down" if node.name == down else "running",
        )
        for node in topology.nodes
    ]


def turns(
    topology: Topology,
    changes: Changes,
    there: list[Instance],
    leading: Collection[str] = (),
    ill: Collection[str] = (),
) -> tuple[tuple[str, ...], ...]:
    """All of them, where the same nodes lead all the time, and those that are ill stay so."""
    well = {node.name for node in topology.nodes}.difference(ill)
    due = set(by_turns(topology, changes, there))
    found = []
    while due:
        found.append(next_turn(topology, due, leading, well))
        due.difference_update(found[-1])
    return tuple(found)


@pytest.mark.parametrize(
    ("replicas", "sizes"), [(1, []), (2, [1, 1]), (3, [1, 1, 1]), (4, [2, 2]), (8, [3, 3, 2])]
)
def test_at_most_a_third_of_a_tier_rounded_up_must_be_away_at_once(
    replicas: int, sizes: list[int], topology_of: Make
) -> None:
    topology = topology_of("lite", f"app.replicas={replicas}")
    changes = Changes(recreated=tuple(node.name for node in topology.tiers["app"]))
    found = turns(topology, changes, running(topology))
    assert [len(turn) for turn in found] == sizes
    assert sorted(sum(found, ())) == (sorted(changes.recreated) if sizes else [])


def test_replicas_must_know_every_node_before_a_stores_turn_and_its_leader_come_at_last(
    topology_of: Make,
) -> None:
    topology = topology_of("lite", "app.replicas=3", "worker.replicas=2", "database.nodes=3")
    changes = Changes(recreated=tuple(node.name for node in topology.nodes))
    assert turns(topology, changes, running(topology), ["postgres-1", "redis-1"]) == (
        ("app-1", "worker-1"),
        ("app-2", "worker-2"),
        ("app-3",),
        ("postgres-2",),
        ("postgres-3",),
        ("postgres-1",),
    )


def test_those_that_serve_nobody_must_come_first_but_a_leader_at_last(topology_of: Make) -> None:
    topology = topology_of("lite", "app.replicas=3", "database.nodes=3")
    changes = Changes(recreated=tuple(node.name for node in topology.nodes))
    ill = ["app-3", "postgres-1", "postgres-3"]
    assert turns(topology, changes, running(topology), ["postgres-1"], ill) == (
        ("app-3",),
        ("app-1",),
        ("app-2",),
        ("postgres-3",),
        ("postgres-2",),
        ("postgres-1",),
    )


def test_a_store_that_gets_its_second_node_must_make_the_first_anew_when_that_one_is_there(
    topology_of: Make,
) -> None:
    topology = topology_of("lite", "database.nodes=2")
    changes = Changes(recreated=("postgres-1",), created=("postgres-2",))
    assert turns(topology, changes, running(topology), ["postgres-1"]) == (("postgres-1",),)
    alone = topology_of("lite", "database.nodes=1")
    assert turns(alone, Changes(recreated=("postgres-1",)), running(alone), ["postgres-1"]) == ()


def test_what_does_not_run_and_what_is_right_must_wait_for_no_turn(topology_of: Make) -> None:
    topology = topology_of("lite", "app.replicas=3")
    changes = Changes(recreated=("app-1", "app-2"))
    assert turns(topology, changes, running(topology, down="app-1")) == (("app-2",),)
    assert turns(topology, Changes(), running(topology)) == ()


def database(*nodes: tuple[Role | None, Health]) -> Snapshot:
    found = tuple(
        NodeStatus(name=f"postgres-{n}", state="running", role=role, health=health)
        for n, (role, health) in enumerate(nodes, 1)
    )
    tiers = {"database": TierStatus(healthy=False, leader=None, nodes=found)}
    return Snapshot(stack="s", profile="lite", healthy=False, at="", tiers=tiers)


@pytest.mark.parametrize(
    ("seen", "by_itself"),
    [
        (database(("follower", "ok"), ("leader", "failing")), False),
        (database(("follower", "failing"), ("follower", "failing")), True),
        # nobody saw it
        (database(("follower", "failing"), (None, "unknown")), False),
        (None, False),
    ],
)
def test_a_store_that_nobody_leads_must_be_made_anew_at_once_as_it_serves_nobody(
    topology_of: Make, seen: Snapshot | None, by_itself: bool
) -> None:
    topology = topology_of("lite")
    changes = Changes(recreated=("app-1", "postgres-1", "postgres-2"))
    later = by_turns(topology, changes, running(topology), seen=seen)
    assert later == (("app-1",) if by_itself else ("app-1", "postgres-1", "postgres-2"))


def test_a_store_that_gets_a_new_secret_must_be_made_anew_with_who_shares_it(
    topology_of: Make,
) -> None:
    topology = topology_of("lite")
    changes = Changes(recreated=tuple(node.name for node in topology.nodes))
    leads = database(("leader", "ok"), ("follower", "ok"))
    there = running(topology)
    for new in ("consensus_store", "consensus_patroni"):
        assert by_turns(topology, changes, there, seen=leads, new=[new]) == ("app-1", "app-2")
    later = by_turns(topology, changes, there, seen=leads, new=["consensus_root", "search"])
    assert later == ("app-1", "app-2", "postgres-1", "postgres-2")
