from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from world import Conduct, Load, World

from sdctl.chaos.succession import aimed, leaders, successor
from sdctl.components.component import all_components
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.kill_leader import KillLeader
from sdctl.judge.holdings import Holdings
from sdctl.judge.takeover import Takeover
from sdctl.state.snapshot import Health, NodeStatus, Role, Snapshot, TierStatus


def cache(**roles: tuple[Role, Health]) -> Snapshot:
    nodes = tuple(
        NodeStatus(name=name.replace("_", "-"), state="running", role=role, health=health)
        for name, (role, health) in roles.items()
    )
    tier = TierStatus(healthy=True, leader=None, nodes=nodes)
    return Snapshot(stack="s", profile="p", healthy=True, at="", tiers={"cache": tier})


PLAN = FaultPlan(
    tier="cache", target="redis-1", how="kill", inject=(), for_s=9, leader_before="redis-1"
)
BEFORE = cache(redis_1=("primary", "ok"), redis_2=("primary", "ok"), redis_3=("replica", "ok"))


def test_the_successor_must_be_who_leads_now_and_did_not_before() -> None:
    after = cache(redis_1=("replica", "ok"), redis_2=("primary", "ok"), redis_3=("primary", "ok"))
    assert successor(after, PLAN, leaders(BEFORE, "cache")) == "redis-3"


def test_a_leader_that_came_back_in_place_must_be_its_own_successor() -> None:
    assert successor(BEFORE, PLAN, leaders(BEFORE, "cache")) == "redis-1"


def test_a_successor_that_cannot_be_seen_must_not_be_guessed() -> None:
    after = cache(redis_1=("primary", "failing"), redis_2=("primary", "ok"))
    assert successor(after, PLAN, leaders(BEFORE, "cache")) is None


def test_the_servers_own_logs_must_be_believed_before_a_glance_after_the_fault() -> None:
    assert successor(BEFORE, PLAN, leaders(BEFORE, "cache"), logged="redis-3") == "redis-3"


def test_the_fault_must_hit_who_leads_when_it_comes() -> None:
    fault, components = KillLeader(tier="cache"), all_components()
    moved = cache(redis_1=("replica", "ok"), redis_2=("primary", "ok"), redis_3=("primary", "ok"))
    plan, led = aimed(fault, PLAN, moved, components)
    assert plan.target == plan.leader_before == "redis-2"
    assert led == {"redis-2", "redis-3"}
    assert aimed(fault, PLAN, BEFORE, components) == (PLAN, {"redis-1", "redis-2"})
    nobody = cache(redis_1=("replica", "ok"))
    assert aimed(fault, PLAN, nobody, components) == (PLAN, {"redis-1"})


def test_a_follower_that_was_behind_and_took_over_must_be_told(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, look = World.holdings, World.look

    def without_the_last_before(self: World, *given: Any) -> Holdings:
        """Five writes that were acknowledged just before the leader was killed are gone."""
        found = whole(self, *given)
        before = [one.key for one in Load(self).writes() if one.done_at < self.gaps[0][0]]
        kept = {key: what for key, what in found.found.items() if key not in before[-5:]}
        return replace(found, copies=tuple(replace(copy, found=kept) for copy in found.copies))

    def lagging(self: World, *given: object, **more: object) -> Snapshot:
        seen = look(self, *given, **more)
        nodes = [
            replace(node, facts={"lag_bytes": 2048, "lag_seconds": 0.5})
            for node in seen.tiers["database"].nodes
        ]
        tier = replace(seen.tiers["database"], nodes=tuple(nodes))
        return replace(seen, tiers={**seen.tiers, "database": tier})

    monkeypatch.setattr(World, "holdings", without_the_last_before)
    monkeypatch.setattr(World, "look", lagging)
    verdict = conduct(World())
    taken = verdict.took_over
    assert taken is not None
    assert (taken.node, taken.lag_bytes, taken.lag_seconds) == ("postgres-2", 2048, 0.5)
    assert taken.lacked_s is not None
    assert 0 < taken.lacked_s < 1
    told = verdict.to_json()
    assert Takeover.of_json(told["took_over"]) is not None  # type: ignore[arg-type]
