"""What HAProxy may hold must fit its memory: one client too many is refused, not all killed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdctl.components import _haproxy
from sdctl.design.topology import Topology
from sdctl.targets.compose.bundle import render

Make = Callable[..., Topology]
SEEN_BYTES = 25 * 1024
"""Of the gateway's memory, for each of 3,500 connections with an endless head of 12 kB."""


@pytest.mark.parametrize("memory", [32, 64, 160, 1024])
@pytest.mark.parametrize("tier", ["gateway", "lb"])
def test_as_many_connections_as_may_come_must_fit(
    topology_of: Make, tier: str, memory: int
) -> None:
    held = min(_haproxy.connections(memory * 1024**2), 9000)
    topology = topology_of("lite", f"{tier}.memory={memory}mb", f"{tier}.max_connections={held}")
    settings = topology.profile.settings[tier]
    most = settings.all_connections  # type: ignore[attr-defined]
    assert 10 * 1024**2 + most * SEEN_BYTES < settings.memory
    config = render(topology).files[f"config/{tier}/haproxy.cfg"]
    assert f"    maxconn {most}\n" in config


@pytest.mark.parametrize("tier", ["gateway", "lb"])
def test_who_connects_and_sends_nothing_must_count_as_no_error(
    topology_of: Make, tier: str
) -> None:
    config = render(topology_of("lite")).files[f"config/{tier}/haproxy.cfg"]
    assert "    option http-ignore-probes\n" in config


def test_the_gateway_must_hold_a_usual_flood_and_its_readers_besides(topology_of: Make) -> None:
    settings = topology_of("lite").profile.settings["gateway"]
    assert settings.max_connections == 4000  # type: ignore[attr-defined]
    assert settings.all_connections > 4000  # type: ignore[attr-defined]


def test_a_replica_must_drain_for_as_long_as_the_balancer_may_not_know(topology_of: Make) -> None:
    for interval, drain in (("1s", 2.5), ("200ms", 0.5), ("10s", 25.0)):
        node = topology_of("lite", f"lb.check_interval={interval}").node("app-1")
        assert float(str(node.env["DRAIN_S"])) == drain
        assert node.stop_grace_s == drain + 10
