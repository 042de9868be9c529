from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from sdctl.bringup import lifecycle
from sdctl.bringup.doctor import machine as reading
from sdctl.bringup.starting import ready_to_start, usable
from sdctl.design.topology import Topology
from sdctl.state.merging import merge
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus
from sdctl.targets.changes import Changes
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.target import ComposeTarget
from sdctl.targets.compose.unfinished import changes
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import State
from tests.unit.bringup.sound import SOUND

Make = Callable[..., Topology]


@pytest.fixture(autouse=True)
def sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever holds a port of this machine."""
    monkeypatch.setattr(reading, "read", lambda *_: SOUND)


def containers_of(topology: Topology, state: State = "running") -> list[Container]:
    bundle = render(topology)
    return [
        Container(
            node=node.name,
            tier=node.tier,
            component=node.component,
            state=state,
            status=state,
            image="x",
            spec=bundle.specs[node.name],
            name=f"sdctl-{node.name}",
            networks=frozenset(node.networks),
        )
        for node in topology.nodes
    ]


def tier(*nodes: tuple[str, str | None, str]) -> TierStatus:
    made = tuple(
        NodeStatus(name=name, state="running", role=role, health=health)  # type: ignore[arg-type]
        for name, role, health in nodes
    )
    return TierStatus(healthy=all(n.health == "ok" for n in made), leader=None, nodes=made)


def test_an_unchanged_stack_must_not_differ(topology_of: Make) -> None:
    topology = topology_of("lite")
    assert not changes(render(topology), topology, containers_of(topology))


def test_a_changed_setting_a_missing_and_a_surplus_node_must_differ(topology_of: Make) -> None:
    topology = topology_of("lite")
    there = containers_of(topology)
    other = topology_of("lite", "cache.ttl=5s")
    assert changes(render(other), other, there)
    assert changes(render(topology), topology, there[1:])
    surplus = dataclasses.replace(there[0], node="app-9")
    assert changes(render(topology), topology, [*there, surplus])


def test_what_an_interrupted_up_left_unfinished_must_be_made_anew(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    topology = topology_of("lite")
    there = [
        dataclasses.replace(container, networks=frozenset({"consensus"}))
        if container.node == "observer-1"
        else dataclasses.replace(container, name="0123456789ab_sdctl-lb-1")
        if container.node == "lb-1"
        else container
        for container in containers_of(topology)
    ]
    assert changes(render(topology), topology, there).renewed == {
        "lb-1": "still named 0123456789ab_sdctl-lb-1",
        "observer-1": "not connected to access, data, service",
    }
    real = ComposeTarget("sdctl")
    monkeypatch.setattr(real, "nodes", lambda: tuple(there))
    monkeypatch.setattr(real.docker, "missing_images", lambda images: ())
    engine = RecordingTarget(reads=real)
    assert lifecycle.plan(engine, topology, topology.profile) == [
        "remove lb-1: still named 0123456789ab_sdctl-lb-1",
        "remove observer-1: not connected to access, data, service",
    ]


def test_nodes_must_start_only_when_what_they_need_is_ready(topology_of: Make) -> None:
    topology = topology_of("lite")
    nothing = merge("sdctl", containers_of(topology, "down"), [])
    first = {node.tier for node in ready_to_start(topology, nothing)}
    assert first == {"gateway", "lb", "cache", "consensus", "queue", "observer"}
    tiers = {**nothing.tiers, "consensus": tier(("etcd-1", "leader", "ok"))}
    second = ready_to_start(topology, dataclasses.replace(nothing, tiers=tiers))
    assert "database" in {node.tier for node in second}
    assert "app" not in {node.tier for node in second}


def test_a_tier_that_nobody_leads_yet_must_be_whole_before_it_is_usable() -> None:
    """A queue that is declared while two of three nodes are there has two members for ever: its
    leader's death takes the majority away."""
    two = (("rabbitmq-1", "member", "ok"), ("rabbitmq-2", "member", "ok"))
    assert not usable(tier(*two, ("rabbitmq-3", None, "unknown")))
    assert not usable(tier(*two, ("rabbitmq-3", "member", "failing")))
    assert usable(tier(*two, ("rabbitmq-3", "member", "ok")))
    led = (("rabbitmq-1", "leader", "ok"), ("rabbitmq-2", "follower", "ok"))
    assert usable(tier(*led, ("rabbitmq-3", None, "unknown")))


def test_a_tier_with_followers_and_no_leader_must_not_be_usable() -> None:
    assert not usable(None)
    assert not usable(tier(("postgres-1", "follower", "ok")))
    assert not usable(tier(("postgres-1", "follower", "ok"), ("p-2", "leader", "failing")))
    assert usable(tier(("postgres-1", "follower", "failing"), ("p-2", "leader", "ok")))
    assert usable(tier(("redis-1", "primary", "ok"), ("redis-2", "primary", "failing")))


def test_a_dry_run_must_list_every_step_and_do_none(topology_of: Make) -> None:
    topology = topology_of("lite")
    engine = RecordingTarget()
    plan = lifecycle.plan(engine, topology, None)
    assert plan[0].startswith("build 6 images, about 1 min 50 s if nothing was kept: ")
    assert "postgres 1 min 20 s" in plan[0]
    assert "create postgres-1, postgres-2" in plan
    assert engine.record == []


def test_a_dry_run_on_what_runs_already_must_find_nothing_to_do(topology_of: Make) -> None:
    topology = topology_of("lite")
    engine = RecordingTarget(containers_of(topology))
    assert lifecycle.plan(engine, topology, topology.profile) == []


@pytest.mark.parametrize(
    ("overrides", "plan"),
    [
        (["gateway.rate_limit=20"],
         ["recreate gateway-1: rate_limit 5000 → 20, 1 s without entrance"]),
        (["database.durability=performance", "worker.replicas=2"],
         ["create worker-2: replicas 1 → 2",
          "recreate postgres-1, postgres-2: durability availability → performance, one after the "
          "other, the leader last"]),
        (["app.replicas=1"], ["remove app-2: replicas 2 → 1"]),
        (["cache.ttl=2m"], ["recreate app-1, app-2: cache.ttl 1m → 2m"]),
    ],
)  # fmt: skip
def test_a_dry_run_must_say_what_changes_and_why_and_nothing_else(
    overrides: list[str], plan: list[str], topology_of: Make
) -> None:
    now = topology_of("lite")
    target = RecordingTarget(containers_of(now))
    lines = lifecycle.plan(target, topology_of("lite", *overrides), now.profile)
    lines = [line for line in lines if not line.startswith("build ") and "observer-1" not in line]
    assert [line for line in lines if line in plan] == plan, lines


def test_a_node_that_is_down_must_be_told_as_a_start(topology_of: Make) -> None:
    topology = topology_of("lite")
    there = [dataclasses.replace(c, state="down") if c.node == "app-1" else c
             for c in containers_of(topology)]  # fmt: skip
    plan = lifecycle.plan(RecordingTarget(there), topology, topology.profile)
    assert plan == ["start app-1: once ready: database, queue"]


def test_only_what_does_not_run_must_be_started(topology_of: Make) -> None:
    topology = topology_of("lite")
    states: dict[str, State] = {"app-1": "down", "app-2": "frozen", "redis-1": "down"}
    there = [
        dataclasses.replace(c, state=states.get(c.node, c.state)) for c in containers_of(topology)
    ]
    started = lifecycle.to_start(topology, there, Changes())
    assert [node.name for node in started] == ["app-1", "redis-1"]


def test_a_snapshot_must_join_what_the_engine_and_the_observer_say(topology_of: Make) -> None:
    there = containers_of(topology_of("lite"))
    there = [dataclasses.replace(c, state="down", status="Exited (137)") if c.node == "app-1"
             else dataclasses.replace(c, state="frozen", shown="paused") if c.node == "app-2" else c
             for c in there]  # fmt: skip
    readings = [
        {"name": name, "role": role, "health": "ok", "reason": "", "facts": {"lag_bytes": 0}}
        for name, role in [("postgres-1", "follower"), ("postgres-2", "leader"), ("app-1", None)]
    ]
    seen: Snapshot = merge("sdctl", there, readings)
    assert seen.tiers["database"].leader == "postgres-2"
    assert seen.tiers["database"].healthy
    nodes = seen.nodes()
    assert (nodes["app-1"].health, nodes["app-1"].reason) == ("failing", "Exited (137)")
    assert nodes["app-2"].health == "unknown"
    assert nodes["redis-1"].health == "unknown"
    assert not seen.healthy
