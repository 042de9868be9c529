"""Each word for the nodes of a tier: whom it means, and what is said where it means nobody."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from sdctl.chaos import conduct
from sdctl.chaos.gameday.game_day import GameDay, Part
from sdctl.cli import fault_options
from sdctl.components.component import all_components
from sdctl.components.node import ALL_ABILITIES
from sdctl.faults.fault import Fault
from sdctl.faults.fill_disk import FillDisk
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.faults.selector import leader_of, named, select
from sdctl.faults.selector_words import WORDS
from sdctl.foundation.errors import NoSuchTarget, NotNow, UsageError
from sdctl.state.snapshot import Fact, NodeStatus, Role, Snapshot, TierStatus
from sdctl.targets.target import Output


def node(name: str, role: Role | None, state: str = "running", **facts: Fact) -> NodeStatus:
    return NodeStatus(name=name, state=state, role=role, health="ok", facts=facts)


def snapshot(**tiers: list[NodeStatus]) -> Snapshot:
    made = {
        name: TierStatus(healthy=True, leader=None, nodes=tuple(nodes))
        for name, nodes in tiers.items()
    }
    return Snapshot(stack="s", profile="p", healthy=True, at="", tiers=made)


SEEN = snapshot(
    database=[
        node("postgres-1", "follower", sync=False),
        node("postgres-2", "leader"),
        node("postgres-3", "follower", sync=True),
    ],
    queue=[
        node("rabbitmq-1", "leader"),
        node("rabbitmq-2", "follower", "exited"),
        *(node(f"rabbitmq-{number}", "follower") for number in (3, 4, 5)),
    ],
    cache=[
        node("redis-1", "primary", keys=3),
        node("redis-2", "primary", keys=9),
        node("redis-3", "replica", keys=9),
    ],
    gateway=[node("gateway-1", None)],
)


@pytest.mark.parametrize(
    ("text", "tier", "names"),
    [
        ("database:leader", "database", ["postgres-2"]),
        ("leader", "database", ["postgres-2"]),
        ("cache:leader", "cache", ["redis-2"]),
        ("database:follower", "database", ["postgres-1"]),
        ("cache:follower", "cache", ["redis-3"]),
        ("database:sync-follower", "database", ["postgres-3"]),
        ("sync-follower", "database", ["postgres-3"]),
        ("gateway:any", "gateway", ["gateway-1"]),
        ("database:minority", "database", ["postgres-1"]),
        ("database:majority", "database", ["postgres-1", "postgres-2"]),
        ("queue:minority", "queue", ["rabbitmq-3", "rabbitmq-4"]),
        ("queue:majority", "queue", ["rabbitmq-1", "rabbitmq-3", "rabbitmq-4"]),
        ("cache:minority", "cache", ["redis-3"]),
        ("cache:all", "cache", ["redis-1", "redis-2", "redis-3"]),
        ("all", "database", ["postgres-1", "postgres-2", "postgres-3"]),
        ("cache", "cache", ["redis-1", "redis-2", "redis-3"]),
        ("redis-2", "cache", ["redis-2"]),
        ("cache:redis-2", "cache", ["redis-2"]),
    ],
)
def test_a_word_must_mean_these_nodes(text: str, tier: str, names: list[str]) -> None:
    found = select(SEEN, text)
    assert (found.tier, [node.name for node in found.nodes]) == (tier, names)
    # what it is called is what it is healed by, whoever leads by then
    assert [node.name for node in named(SEEN, found.name)] == names


def test_any_must_be_each_node_that_runs_and_no_other() -> None:
    met = {select(SEEN, "queue:any", random.Random(seed)).name for seed in range(100)}
    assert met == {"rabbitmq-1", "rabbitmq-3", "rabbitmq-4", "rabbitmq-5"}


@pytest.mark.parametrize(
    ("text", "said", "there_is"),
    [
        ("database:master", "no target 'master'", "sync-follower"),
        ("queue:redis-1", "no target 'redis-1'", "rabbitmq-5"),
        ("search:leader", "no tier search", "database"),
        ("search", "no tier search", "gateway"),
        ("cache:sync-follower", "the cache has no synchronous follower", "redis-3: replica"),
        ("gateway:leader", "the gateway has no leader", "gateway-1: running"),
        ("gateway:follower", "the gateway has no follower", "gateway-1: running"),
        ("gateway:minority", "has no minority: it has 1 node", "3 nodes"),
    ],
)
def test_a_word_that_means_nobody_must_say_what_there_is(
    text: str, said: str, there_is: str
) -> None:
    with pytest.raises(NoSuchTarget, match=said) as caught:
        select(SEEN, text)
    assert caught.value.code == 7
    assert there_is in caught.value.hint


@pytest.mark.parametrize("word", ["any", "majority"])
def test_where_too_few_run_that_must_be_said(word: str) -> None:
    down = snapshot(
        queue=[node("rabbitmq-1", "leader", "exited"), node("rabbitmq-2", None, "exited")]
    )
    with pytest.raises(NoSuchTarget, match=r"the queue has no (2 )?running node"):
        select(down, f"queue:{word}")


def test_no_word_may_be_without_a_test() -> None:
    assert list(WORDS) == [
        "leader", "follower", "sync-follower", "any", "minority", "majority", "all",
    ]  # fmt: skip


def test_a_pause_must_be_healed_by_name_also_when_another_leads_by_then() -> None:
    fault = PauseNodes(where="cache:majority", for_=1)
    plan = fault.plan(SEEN, all_components())
    assert (plan.tier, plan.target) == ("cache", "redis-1, redis-2")
    later = snapshot(cache=[node("redis-2", "replica"), node("redis-3", "primary")])
    assert [str(op) for op in fault.heal(later, plan.target)] == ["unpause redis-2: heal pause"]
    with pytest.raises(NoSuchTarget):
        fault.heal(snapshot(cache=[node("redis-3", "primary")]), plan.target)


def test_a_leader_must_come_before_a_primary() -> None:
    both = snapshot(cache=[node("a", "primary", keys=9), node("b", "leader")])
    assert leader_of(both, "cache").name == "b"


def running(seen: Snapshot) -> Any:
    """A stack that another command works on."""
    engine = SimpleNamespace(
        abilities=ALL_ABILITIES, unable={}, apply=lambda op: Output(0, "ext4\n", "")
    )
    return SimpleNamespace(snapshot=lambda: seen, components=all_components, engine=engine)


@pytest.mark.parametrize(
    "fault",
    [PauseNodes(where="postgres-9"), PauseNodes(where="nosuch:any"), PauseNodes(where="cache:odd"),
     PauseNodes(where="observer"), KillLeader(tier="search"),
     FillDisk(where="redis-1")],  # its volume has no size of its own
)  # fmt: skip
def test_what_this_stack_could_never_do_must_be_refused_before_it_is_free(fault: Fault) -> None:
    seen = snapshot(**{tier: [*status.nodes] for tier, status in SEEN.tiers.items()},
                    observer=[node("observer", None)])  # fmt: skip
    with pytest.raises((NoSuchTarget, UsageError)):
        conduct.check(running(seen), [fault])


def test_of_several_faults_each_error_must_say_of_which_it_is() -> None:
    parts = [Part(at_s=0.0, fault=PauseNodes(where="postgres-1")),
             Part(at_s=30.0, fault=PauseNodes(where="postgres-9")),
             Part(at_s=60.0, fault=KillLeader(tier="search"))]  # fmt: skip
    day = GameDay(name="d", parts=tuple(parts))
    with pytest.raises(NoSuchTarget) as caught:
        conduct.check(running(SEEN), [part.fault for part in parts], day.titles())
    assert caught.value.message.startswith("pause postgres-9 at 30 s: there is no")
    assert caught.value.details[-1].startswith("kill-leader at 1 min: ")
    with pytest.raises(NoSuchTarget, match="there is no tier or node 'postgres-9'") as planned:
        conduct.planned(running(SEEN), day)
    assert planned.value.message.startswith("pause postgres-9 at 30 s: ")


def test_what_only_is_not_so_now_must_be_left_to_who_gets_the_stack() -> None:
    down = snapshot(database=[node("postgres-1", None, "exited"), node("postgres-2", None)])
    faults = [KillLeader(), PauseNodes(where="database:leader"), PauseNodes(where="postgres-1")]
    for fault in faults:
        with pytest.raises(NotNow):
            fault.plan(down, all_components())
    conduct.check(running(down), faults)


def test_of_a_stack_that_is_there_only_its_own_tiers_are_told() -> None:
    nodes = [SimpleNamespace(tier=tier) for tier in ("database", "queue", "gateway")]
    context: Any = SimpleNamespace(running=SimpleNamespace(nodes=lambda: nodes))
    with pytest.raises(UsageError, match="gateway has no leader") as caught:
        fault_options.check(context, KillLeader(tier="gateway"), 100)
    assert caught.value.hint == "These tiers have one: database, queue."


def test_without_a_stack_what_any_could_have_is_told() -> None:
    def none() -> Any:
        raise NoSuchTarget("there is no stack")

    context: Any = SimpleNamespace(running=SimpleNamespace(nodes=none))
    with pytest.raises(UsageError, match="gateway has no leader") as caught:
        fault_options.check(context, KillLeader(tier="gateway"), 100)
    assert "documents" in caught.value.hint
