from __future__ import annotations

from dataclasses import replace

import pytest

from sdctl.chaos import predictions
from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.heirs import Heirs
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.teaching import Before
from sdctl.state.snapshot import Fact, NodeStatus, Role, Snapshot, TierStatus
from sdctl.targets.operations import Kill


def node(name: str, role: Role | None, *, ok: bool = True, **facts: Fact) -> NodeStatus:
    health = "ok" if ok else "failing"
    return NodeStatus(name=name, state="running", role=role, health=health, facts=facts)


def stack(tier: str, *nodes: NodeStatus) -> Snapshot:
    status = TierStatus(healthy=True, leader=None, nodes=nodes)
    return Snapshot(stack="s", profile="standard", healthy=True, at="", tiers={tier: status})


def before(seen: Snapshot, tier: str, leader: str, *settings: str) -> Before:
    plan = FaultPlan(
        tier=tier,
        target=leader,
        how="kill",
        inject=(Kill(node=leader, cause="it leads"),),
        for_s=45,
        leader_before=leader,
    )
    profile = validation.load("standard", settings)
    return Before(
        plan=plan, profile=profile, components=all_components(), seen=seen, writes_per_s=100.0
    )


def heirs(seen: Snapshot, tier: str, leader: str, *settings: str) -> Heirs:
    return before(seen, tier, leader, *settings).heirs


def test_whether_anybody_could_take_over_must_be_unknown_where_a_node_did_not_say() -> None:
    def there(*nodes: NodeStatus) -> bool | None:
        return heirs(stack("cache", *nodes), "cache", "redis-1").there

    first, second = node("redis-1", "primary"), node("redis-2", "primary")
    silent, replica = node("redis-2", None), node("redis-3", "replica")
    assert there(first, second, replica) is True
    assert there(first, second) is False
    assert there(first, silent) is None
    assert there(silent, replica) is True
    nothing = Snapshot(stack="s", profile="p", healthy=None, at="", tiers={})
    assert heirs(nothing, "cache", "redis-1").there is None


LEADER = node("postgres-1", "leader")
WAITED_FOR = node("postgres-2", "follower", sync=True)
WELL = node("postgres-3", "follower", sync=False)
CUT_OFF = node("postgres-3", "follower", ok=False, sync=False)


@pytest.mark.parametrize(
    ("durability", "followers", "there"),
    [
        ("availability", (WAITED_FOR, CUT_OFF), True),
        ("availability", (WELL,), None),
        ("availability", (CUT_OFF,), False),
        ("protection", (CUT_OFF,), False),
        ("performance", (CUT_OFF,), True),
        ("performance", (), False),
    ],
)
def test_only_a_follower_that_surely_has_every_write_must_be_able_to_take_over(
    durability: str, followers: tuple[NodeStatus, ...], there: bool | None
) -> None:
    seen = stack("database", LEADER, *followers)
    found = heirs(seen, "database", "postgres-1", f"database.durability={durability}")
    assert found.there is there


def test_a_leader_whose_followers_were_cut_off_must_be_waited_for_and_nobody_told_to_add_one() -> (
    None
):
    found = before(stack("database", LEADER, CUT_OFF), "database", "postgres-1")
    told = predictions.nobody_takes_over(found.heirs)
    assert told.startswith(
        "nobody can take over from postgres-1, as no follower has all acknowledged writes. "
        "Until it is back, in 45 s or less, no write is taken"
    )
    assert "sdctl up" not in told
    assert found.heirs.behind
    assert not found.heirs.too_few
    stopped = [x for x in KillLeader(for_=45.0).expects(found) if x.what == "writes stopped for"]
    assert [(x.low, x.high) for x in stopped] == [(40.5, None)]
    assert stopped[0].why.startswith("no follower has all acknowledged writes, so none may take")


def test_a_tier_of_one_must_be_told_what_gives_it_somebody() -> None:
    found = before(stack("database", LEADER), "database", "postgres-1")
    assert found.heirs.too_few
    assert "`sdctl up --set database.nodes=2`" in predictions.nobody_takes_over(found.heirs)


def test_a_fault_on_a_whole_tier_must_name_the_leader_from_whom_nobody_takes_over() -> None:
    found = before(stack("queue", node("rabbitmq-1", "leader")), "queue", "rabbitmq-1")
    heirs = replace(found.heirs, plan=replace(found.heirs.plan, target="queue"))
    assert predictions.nobody_takes_over(heirs).startswith("nobody can take over from rabbitmq-1")


def test_a_fault_that_hits_a_leader_whom_somebody_follows_must_bring_no_warning() -> None:
    found = before(stack("database", LEADER, WAITED_FOR), "database", "postgres-1")
    assert predictions.nobody_takes_over(found.heirs) == ""
