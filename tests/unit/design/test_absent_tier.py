"""A tier that a stack has not: it is said where there is one, whichever command asked for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdctl.bringup import autoscaler
from sdctl.components.component import all_components
from sdctl.design import scaling, validation
from sdctl.design.absent_tier import how_to_have, no_tier
from sdctl.design.profile import names
from sdctl.faults.dependency_down import DependencyDown
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.selector import select
from sdctl.foundation.errors import NoSuchTarget
from sdctl.state.shells import resolve
from sdctl.state.snapshot import NodeStatus, Role, Snapshot, TierStatus

ON = "The profiles standard and ha have it."


def tier(name: str, role: Role | None) -> TierStatus:
    node = NodeStatus(name=name, state="running", role=role, health="ok")
    return TierStatus(healthy=True, leader=None, nodes=(node,))


SEEN = Snapshot(
    stack="s",
    profile="lite",
    healthy=True,
    at="",
    tiers={"database": tier("postgres-1", "leader"), "app": tier("app-1", None)},
)


def test_tiers_and_nodes_have_one_order_wherever_they_are_told() -> None:
    tiers, nodes = ("queue", "app", "queue"), ("rabbitmq-1", "app-1")
    said = no_tier("x", tiers, nodes)
    assert str(said) == "there is no tier or node 'x'"
    assert said.hint == "There is: app, queue, app-1, rabbitmq-1."
    alone = no_tier("x", tiers)
    assert str(alone) == "there is no tier 'x'"
    assert alone.hint == "There is: app, queue."


@pytest.mark.parametrize(
    "asked",
    [
        lambda: KillLeader(tier="documents").plan(SEEN, all_components()),
        lambda: DependencyDown(tier="documents").plan(SEEN, all_components()),
        lambda: select(SEEN, "documents"),
        lambda: select(SEEN, "documents:leader"),
        lambda: resolve(SEEN, all_components(), "documents", ()),
        lambda: scaling.overrides(validation.load("lite"), ("documents=5",)),
        lambda: autoscaler.elastic(validation.load("lite"), "documents"),
    ],
)
def test_a_tier_that_is_off_must_be_said_to_be_in_another_profile(
    asked: Callable[[], object],
) -> None:
    with pytest.raises(NoSuchTarget) as caught:
        asked()
    assert caught.value.message == "this stack has no tier documents"
    assert caught.value.hint.startswith(f"{ON} There is: ")


def test_a_node_of_a_tier_that_is_off_must_name_its_tier() -> None:
    said = no_tier("mongodb-1", ["app"], ["app-1"])
    assert said.message == "this stack has no node mongodb-1"
    assert said.hint.startswith(f"mongodb-1 is of the tier documents, which is off. {ON}")
    assert no_tier("app-9", ["app"], ["app-1"]).message == "there is no tier or node 'app-9'"


@pytest.mark.parametrize(
    ("said", "tier"), [("db", "database"), ("Postgres", "database"), ("redis", "cache")]
)
def test_a_tier_must_be_found_by_what_people_call_it(said: str, tier: str) -> None:
    assert no_tier(said, ["cache", "database"]).hint.startswith(f"Did you mean {tier}? There is: ")
    assert no_tier(said, ["app"]).hint == "There is: app."


def test_what_the_machine_cannot_have_must_not_be_promised_of_another_profile() -> None:
    why = {"grafana": "no registry offers it", "kibana": "no registry offers it"}
    assert how_to_have("dashboards", why) == "It is left out here: no registry offers it."
    assert how_to_have("documents", why) == ON
    assert how_to_have("gateway") == "The profiles standard, ha and lite have it."


def test_who_has_a_tier_must_be_as_the_profiles_say() -> None:
    tiers = {name: validation.load(name).tiers for name in names()}
    for component in all_components():
        having = {name for name in names() if component in tiers[name]}
        assert having == {
            name for name in names() if name in how_to_have(component).replace(",", "").split()
        }
