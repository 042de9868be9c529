from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sdctl.components.component import all_components
from sdctl.components.node import Secret
from sdctl.design import validation, variants
from sdctl.design.tier_components import components_of
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import NoSuchTarget

Make = Callable[..., Topology]


def names(topology: Topology, tier: str) -> list[str]:
    return [node.name for node in topology.tiers.get(tier, ())]


def test_the_counts_must_be_those_of_the_profile(topology_of: Make) -> None:
    assert {tier: len(nodes) for tier, nodes in topology_of("lite").tiers.items()} == {
        "gateway": 1, "lb": 1, "app": 2, "worker": 1, "cache": 3, "database": 2, "consensus": 1,
        "fencing": 1, "queue": 1, "observer": 1,
    }  # fmt: skip
    assert len(names(topology_of("standard"), "cache")) == 6
    assert len(names(topology_of("ha"), "consensus")) == 3
    assert len(names(topology_of("ha"), "app")) == 5


def test_data_tiers_must_not_be_reachable_from_the_edge(topology_of: Make) -> None:
    topology = topology_of("standard")
    edge = {node.tier for node in topology.nodes if "edge" in node.networks}
    assert edge == {"gateway"}, "whatever else were there would be a way around it"
    ways_out = {n.name for n in topology.networks if not n.internal}
    assert ways_out == {"edge", "access"}
    for tier in ("lb", "app", "worker", "cache", "database", "queue", "documents"):
        assert all(not ways_out & set(node.networks) for node in topology.tiers[tier]), tier
    assert all("data" not in node.networks for node in topology.tiers["gateway"])
    assert all("data" not in node.networks for node in topology.tiers["lb"])


def test_the_search_tier_must_be_reachable_by_its_collector_and_the_observer_alone(
    topology_of: Make,
) -> None:
    topology = topology_of("standard")
    near = {node.tier for node in topology.nodes if "logs" in node.networks}
    assert near == {"search", "collector", "observer"}
    assert topology.tiers["search"][0].networks == ("logs",)


def test_only_what_asks_who_comes_must_be_published(topology_of: Make) -> None:
    topology = topology_of("ha")
    published = {n.tier for n in topology.nodes for port in n.ports if port.publish}
    assert published == {"gateway", "observer", "dashboards"}


def test_an_exposed_tier_must_get_a_host_port_for_each_node(topology_of: Make) -> None:
    topology = topology_of("standard", "database.expose=true", "database.port=15432")
    ports = [node.port("postgres").host for node in topology.tiers["database"]]
    assert ports == [15432, 15433, 15434]
    assert all("access" in node.networks for node in topology.tiers["database"])


def test_no_password_must_stand_in_the_topology(topology_of: Make) -> None:
    for node in topology_of("ha").nodes:
        for key, value in node.env.items():
            if "PASSWORD" in key or "KEY" in key or "TOKEN" in key or "COOKIE" in key:
                assert isinstance(value, Secret), f"{node.name} {key}"


def test_a_tier_left_out_must_leave_no_trace_in_the_others(topology_of: Make) -> None:
    topology = topology_of("lite", "tiers=[lb, app, database, consensus]")
    env = topology.node("app-1").env
    assert env["CACHE_HOSTS"] == ""
    assert env["QUEUE_HOSTS"] == ""
    assert "CACHE_PASSWORD" not in env


def test_an_unknown_node_must_say_what_there_is(topology_of: Make) -> None:
    with pytest.raises(NoSuchTarget, match="postgres-9") as caught:
        topology_of("lite").node("postgres-9")
    assert "postgres-2" in caught.value.hint


@pytest.mark.parametrize("images", ["local", "registry"])
def test_the_log_pipeline_and_the_dashboards_alone_must_be_in_the_background(images: str) -> None:
    chosen = validation.load("ha", [f"images={images}"])
    resolved = variants.resolve(chosen, (), lambda reference: False).profile
    nodes = expand("sdctl", resolved).nodes
    behind = {node.tier for node in nodes if node.background}
    assert behind == {"search", "collector", "dashboards"} & set(resolved.tiers)
    assert all(node.background for node in nodes if node.tier in behind)


def test_the_observer_must_be_able_to_ask_every_node(topology_of: Make) -> None:
    topology = topology_of("standard")
    [observer] = topology.tiers["observer"]
    assert all(set(observer.networks) & set(node.networks) for node in topology.nodes)
    of_its_own = replace(all_components()["lb"], nodes=lambda settings, plan: (
        replace(topology.node("lb-1"), networks=("edge",)),
    ))  # fmt: skip
    added = expand("sdctl", topology.profile, {**components_of(topology.profile), "lb": of_its_own})
    assert added.node("lb-1").networks == ("edge", "service")
