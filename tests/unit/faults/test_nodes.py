"""kill, stop and pause: any TARGET, hit in its way, and as before afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from test_selector import SEEN, node, snapshot

from sdctl.chaos.gameday.game_day import GameDay, Part
from sdctl.components.component import Component
from sdctl.components.redis import owns
from sdctl.faults._on_nodes import OnNodes
from sdctl.faults.fault import Fault
from sdctl.faults.kill import KillNodes
from sdctl.faults.pause import PauseNodes
from sdctl.faults.stop import StopNodes
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.targets.operations import Exec
from sdctl.targets.target import Output

Components = Mapping[str, Component]
ALL: list[type[OnNodes]] = [KillNodes, StopNodes, PauseNodes]


def nothing(op: Exec) -> Output:
    raise AssertionError("nothing need be read")


@pytest.mark.parametrize("kind", ALL)
def test_each_node_must_be_hit_and_be_as_before_afterwards(
    kind: type[OnNodes], components: Components
) -> None:
    plan = kind(where="cache:majority", for_=5).plan(SEEN, components)
    begun, ended = {"kill": ("kill", "start"), "stop": ("stop", "start"),
                    "pause": ("pause", "unpause")}[kind.kind]  # fmt: skip
    assert [str(op) for op in plan.inject] == [
        f"{begun} redis-1: it is cache:majority, for 5 s",
        f"{begun} redis-2: it is cache:majority, for 5 s",
    ]
    healed = kind(where="cache:majority").heal(SEEN, plan.target)
    assert [str(op) for op in healed] == [
        f"{ended} redis-1: heal {kind.kind}",
        f"{ended} redis-2: heal {kind.kind}",
    ]


def test_a_word_alone_must_say_whose_it_is(components: Components) -> None:
    plan = KillNodes(where="leader").plan(SEEN, components)
    assert str(plan.inject[0]) == "kill postgres-2: it is database:leader, for 10 s"
    assert plan.leader_before == "postgres-2"
    assert KillNodes(where="follower").plan(SEEN, components).leader_before is None
    assert str(KillNodes(where="redis-2").plan(SEEN, components).inject[0]) == (
        "kill redis-2: it was named, for 10 s"
    )


def test_any_must_be_the_same_node_by_the_same_seed_which_is_told(components: Components) -> None:
    drawn = KillNodes(where="queue:any").pinned(SEEN, components, nothing)
    assert drawn.seed is not None
    again = dataclasses.replace(drawn)
    [op] = drawn.plan(SEEN, components).inject
    assert op == again.plan(SEEN, components).inject[0]
    assert f"it is queue:any by --seed {drawn.seed}" in op.cause
    assert drawn.params()["seed"] == drawn.seed, "its record repeats it"
    assert KillNodes(seed=7).pinned(SEEN, components, nothing).seed == 7
    met = {KillNodes(where="queue:any", seed=n).plan(SEEN, components).target for n in range(40)}
    assert len(met) == 4


def test_in_a_game_day_the_seed_that_is_told_must_be_the_days(components: Components) -> None:
    day = GameDay(name="d", parts=(Part(at_s=0.0, fault=KillNodes(where="queue:any")),))
    told, again = (day.seeded(541).parts[0].fault.plan(SEEN, components) for _ in range(2))
    assert told.target == again.target
    assert "it is queue:any by --seed 541," in str(told.inject[0])


HOLDING = snapshot(
    cache=[
        node("redis-1", "primary", slot_ranges="0-5460, 12182"),
        node("redis-2", "primary", slot_ranges="5461-12181"),
        node("redis-3", "replica"),
    ],
    queue=[node("rabbitmq-1", "leader", leads="orders.dead"),
           node("rabbitmq-2", "follower", leads="orders.retry.1000ms, orders.work")],
)  # fmt: skip


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        ("cache:owner-of=foo", "redis-1"),  # slot 12182, as CLUSTER KEYSLOT says
        ("cache:owner-of=order:{foo}:x", "redis-1"),
        ("cache:owner-of=hello", "redis-1"),  # 866
        ("queue:leader-of=orders.work", "rabbitmq-2"),
        ("queue:leader-of=orders.dead", "rabbitmq-1"),
    ],
)
def test_a_node_must_be_found_by_what_it_holds(
    where: str, hit: str, components: Components
) -> None:
    assert KillNodes(where=where).plan(HOLDING, components).target == hit


def test_what_nobody_holds_must_be_said(components: Components) -> None:
    with pytest.raises(NoSuchTarget, match="the queue has no leader of 'orders' right now"):
        KillNodes(where="queue:leader-of=orders").plan(HOLDING, components)
    with pytest.raises(NoSuchTarget, match="no target 'owner-of=foo'") as caught:
        KillNodes(where="queue:owner-of=foo").plan(HOLDING, components)
    assert "leader-of=NAME" in caught.value.hint


def test_braces_must_choose_what_is_hashed_as_redis_does() -> None:
    ranges = {"slot_ranges": "12182"}
    assert owns(ranges, "{foo}.a")
    assert owns(ranges, "}a{foo}{b}")
    assert not owns(ranges, "{}{foo}"), "an empty tag is none"
    assert not owns({}, "foo")


@pytest.mark.parametrize("kind", ALL)
def test_who_measures_and_who_does_not_run_must_not_be_hit(
    kind: type[OnNodes], components: Components
) -> None:
    with pytest.raises(UsageError, match=f"the observer cannot be {kind.does}: it measures"):
        kind(where="observer").plan(snapshot(observer=[node("observer-1", None)]), components)
    down = snapshot(queue=[node("rabbitmq-1", "leader", "down")])
    with pytest.raises(NoSuchTarget, match="rabbitmq-1 is down"):
        kind(where="rabbitmq-1").plan(down, components)
    for wrong in (0, 601):
        with pytest.raises(UsageError, match="--for must be from"):
            kind(where="queue", for_=wrong).check(components)


def test_hostile_names_must_be_names_only(components: Components) -> None:
    for name in ("$(reboot)", "a;b", "../x", "cache:$(reboot)", "cache:owner-of=$(x)\n"):
        fault: Fault = KillNodes(where=name)
        with pytest.raises(NoSuchTarget):
            fault.plan(snapshot(cache=[node("redis-1", "primary")]), components)
