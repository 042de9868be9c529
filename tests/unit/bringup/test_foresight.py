"""What is said before a stack is changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdctl.bringup import foresight
from sdctl.components.node import ALL_ABILITIES, Ability
from sdctl.design import needs, scaling, validation
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.state import merging
from sdctl.targets.changes import Changes
from sdctl.targets.target import Instance

Make = Callable[..., Topology]


def test_what_was_set_or_scaled_before_must_be_told_when_it_goes_back() -> None:
    lite = validation.load("lite")
    before = validation.load("lite", ["gateway.port=18600", "app.replicas=5"])
    assert foresight.put_back(before, lite, lite) == [
        "gateway.port 18600 → 8080", "app.replicas 5 → 2",
    ]  # fmt: skip
    kept = validation.load("lite", ["gateway.port=18600", "app.replicas=5"])
    assert foresight.put_back(before, lite, kept) == []
    assert foresight.put_back(None, None, lite) == []
    named = validation.load("lite", ["gateway.port=18601"])
    assert foresight.put_back(before, lite, named, ["gateway.port"]) == ["app.replicas 5 → 2"]


def test_a_server_that_was_decided_must_not_be_said_to_go_back() -> None:
    """Left open it is decided anew, and what runs stays."""
    usual = validation.load("standard")
    ran = validation.load("standard", ["documents.server=ferretdb", "app.replicas=5"])
    assert foresight.put_back(ran, usual, usual) == ["app.replicas 5 → 3"]
    other = validation.load("standard", ["documents.server=mongodb"])
    assert foresight.put_back(ran, usual, other)[-1] == "documents.server ferretdb → mongodb"


def test_another_profile_must_tell_only_what_the_user_had_set() -> None:
    before = validation.load("lite", ["gateway.port=18600"])
    standard = validation.load("standard")
    assert foresight.put_back(before, validation.load("lite"), standard) == [
        "gateway.port 18600 → 8080"
    ]
    assert foresight.put_back(before, None, standard) == [], "what it was made of is not known"


def test_a_tier_that_cannot_do_with_fewer_nodes_must_keep_them(topology_of: Make) -> None:
    """From `standard` to `lite` the queue would be left without a majority."""
    before = topology_of("standard").profile
    with pytest.raises(UsageError, match="queue has 3 nodes and cannot have 1") as told:
        foresight.must_stay(before, topology_of("lite"))
    assert "`--set queue.nodes=3`" in told.value.hint
    assert "`sdctl down` removes this one and its data, then `sdctl up lite`" in told.value.hint
    own = topology_of("standard", "gateway.port=18600", "app.replicas=5").profile
    with pytest.raises(UsageError) as told:
        foresight.must_stay(own, topology_of("lite", "cache.ttl=33s"))
    again = "`sdctl up lite --set gateway.port=18600 --set cache.ttl=33s`"
    assert again in told.value.hint, "its port is kept, and each count is lite's"
    foresight.must_stay(before, topology_of("lite", "queue.nodes=3"))
    foresight.must_stay(topology_of("lite").profile, topology_of("standard"))
    foresight.must_stay(None, topology_of("lite"))


def test_scaling_must_say_which_nodes_are_made_anew_also_of_its_own_tier(topology_of: Make) -> None:
    before = topology_of("standard").profile
    topology = topology_of("standard", "database.nodes=5")
    changes = Changes(
        created=("postgres-4", "postgres-5"), recreated=("postgres-1", "app-1", "app-2", "app-3")
    )
    assert [line.partition(",")[0] for line in foresight.beside(changes, before, topology)] == [
        "recreate postgres-1: nodes 3 → 5", "recreate app-1",
    ]  # fmt: skip
    one = topology_of("standard", "database.nodes=1")
    changes = Changes(removed=("postgres-2", "postgres-3"), recreated=("postgres-1",))
    assert foresight.beside(changes, before, one) == [
        "recreate postgres-1: nodes 3 → 1, 13 s without writes"
    ]


def test_a_node_that_somebody_removed_must_not_be_made_because_of_another_tiers_settings(
    topology_of: Make,
) -> None:
    before, topology = topology_of("lite", "app.replicas=3").profile, topology_of("lite")
    gone = Changes(created=("observer-1",), removed=("app-3",))
    assert "create observer-1: it is not there" in foresight.lines(gone, before, topology)


@pytest.mark.parametrize(
    ("tier", "told"),
    [
        ("gateway", "There is always one gateway."),
        ("queue", "For queue: `sdctl up --set queue.…`."),
        ("cache", "For cache: `sdctl up --set cache.…`."),
    ],
)
def test_a_tier_that_is_not_scaled_must_say_how_many_it_can_have(tier: str, told: str) -> None:
    with pytest.raises(UsageError, match="cannot be scaled while it runs") as refused:
        scaling.overrides(validation.load("lite"), [f"{tier}=2"])
    assert refused.value.hint.endswith(told)


def test_a_tier_scaled_to_its_leader_alone_must_be_warned_of(topology_of: Make) -> None:
    alone = topology_of("lite", "database.nodes=1")
    assert scaling.without_standby(alone, ["database", "app"]) == [
        "no standby is left: when postgres-1 fails, nobody takes over until it is back"
    ]
    assert scaling.without_standby(topology_of("lite"), ["database", "app"]) == []


@pytest.mark.parametrize(("cores", "rate"), [(1, 100), (2, 200), (4, 500), (8, 1000)])
def test_the_rate_to_try_must_fit_the_machine(cores: int, rate: int) -> None:
    assert needs.comfortable_rate(cores) == rate


def test_a_node_that_was_proven_and_is_silent_now_must_not_be_starting() -> None:
    young = Instance(node="app-1", tier="app", component="app", state="running", young=True)

    def status(health: str, **facts: bool) -> bool:
        reading = {"name": "app-1", "role": None, "health": health, "reason": "x", "facts": facts}
        return merging.merge("s", [young], [reading]).nodes()["app-1"].starting

    assert [status(health) for health in ("ok", "failing", "unknown")] == [False, True, False]
    assert status("failing", unready=True)
    assert not status("failing", unready=False), "it serves, and something else is away"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("images.push=registry.example.org/me", "images.push changes nothing here"),
        ("images.load=mine {image}", "images.load changes nothing here"),
        ("app.autoscale.max=5", "app.autoscale_max is for a cluster"),
    ],
)
def test_a_setting_that_the_target_cannot_use_must_be_told(change: str, told: str) -> None:
    chosen = validation.load("lite", [change])
    [line] = foresight.unused(chosen, frozenset[Ability]())
    assert told in line
    assert not [*foresight.unused(chosen, ALL_ABILITIES)]
    assert not [*foresight.unused(validation.load("lite"), frozenset[Ability]())]


def test_a_database_must_be_said_to_be_made_anew_node_by_node_or_to_be_away(
    topology_of: Make,
) -> None:
    topology = topology_of("lite", "database.nodes=2")
    both = Changes(recreated=("postgres-1", "postgres-2"))
    assert foresight.lines(both, topology.profile, topology)[0].endswith(
        ", one after the other, the leader last"
    )
    alone = topology_of("lite", "database.nodes=1")
    one = Changes(recreated=("postgres-1",))
    assert foresight.lines(one, alone.profile, alone)[0].endswith(", 13 s without writes")


def test_what_is_no_node_must_be_told_as_well(topology_of: Make) -> None:
    topology = topology_of("lite")
    changes = Changes(others=("way-in",))
    assert changes
    assert foresight.lines(changes, topology.profile, topology) == [
        "put right way-in: it is not there, or not as it should be"
    ]
