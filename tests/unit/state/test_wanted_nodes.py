"""A node that somebody removed by hand is missed, and comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sdctl.bringup import lifecycle
from sdctl.bringup.autoscaler import resized
from sdctl.bringup.resizing import resize
from sdctl.components.node import ALL_ABILITIES, Ability
from sdctl.design.topology import Topology
from sdctl.state import observation, wanted_nodes
from sdctl.state.running import Running
from sdctl.state.stack import Stack
from sdctl.targets.compose.bundle import render
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

Make = Callable[..., Topology]
STACK = Stack("sdctl")


class Machine(RecordingTarget):
    """Runs the nodes of a topology but ``gone``; it brings no replica by itself."""

    abilities: frozenset[Ability] = ALL_ABILITIES - {"scale by load"}  # type: ignore[assignment]

    def __init__(self, topology: Topology, *gone: str) -> None:
        settings = json.dumps(topology.profile.lasting())
        specs = render(topology).specs
        super().__init__(
            Instance(node=node.name, tier=node.tier, component=node.component, state="running",
                     spec=specs[node.name], profile="lite" if node.observes else "",
                     settings=settings if node.observes else "")
            for node in topology.nodes if node.name not in gone
        )  # fmt: skip


def missing(engine: RecordingTarget) -> list[str]:
    return [node.node for node in wanted_nodes.missing(engine, STACK.name, engine.nodes())]


@pytest.mark.parametrize("gone", [("app-3",), ("app-1", "app-2", "app-3", "worker-1")])
def test_how_many_replicas_there_are_to_be_must_not_change_with_those_that_are_removed(
    topology_of: Make, gone: tuple[str, ...]
) -> None:
    topology = topology_of("lite", "app.replicas=3")
    wanted_nodes.changed(STACK.name, topology)
    found = Running(Machine(topology, *gone), STACK).profile()
    assert (found.settings["app"].count, found.settings["worker"].count) == (3, 1)


def test_a_node_that_is_missing_must_not_be_well_and_the_remedy_be_named(
    topology_of: Make,
) -> None:
    topology = topology_of("lite")
    wanted_nodes.changed(STACK.name, topology)
    seen = observation.snapshot(Machine(topology, "app-2", "redis-1"), STACK.name, {})
    assert len(seen.nodes()) == len(topology.nodes)
    app = seen.nodes()["app-2"]
    assert (app.state, app.word, app.health) == ("down", "missing", "failing")
    assert app.reason == "somebody removed it; `sdctl up` makes it again"
    assert not seen.tiers["cache"].healthy


def test_while_the_stack_is_changed_neither_what_goes_nor_what_comes_must_be_missed(
    topology_of: Make,
) -> None:
    three, two = topology_of("lite", "app.replicas=3"), topology_of("lite")
    wanted_nodes.changed(STACK.name, three)
    wanted_nodes.changing(STACK.name, two)
    assert missing(Machine(two)) == []
    wanted_nodes.changing(STACK.name, three)
    assert missing(Machine(two)) == []
    wanted_nodes.changed(STACK.name, three)
    assert missing(Machine(two)) == ["app-3"]


def test_what_autoscale_has_made_must_be_what_is_wanted(topology_of: Make) -> None:
    machine = Machine(topology_of("lite"))
    four = resized(Running(machine, STACK), "app", 4)
    resize(machine, four, STACK, "app")
    assert missing(Machine(topology_of("lite"))) == ["app-3", "app-4"]


def test_of_a_stack_that_was_taken_down_nothing_must_be_missed(topology_of: Make) -> None:
    topology = topology_of("lite")
    wanted_nodes.changed(STACK.name, topology)
    lifecycle.down(Machine(topology), STACK, keep_data=True)
    assert missing(Machine(topology, "app-2")) == []


def test_where_replicas_come_by_themselves_none_must_be_missed(topology_of: Make) -> None:
    wanted_nodes.changed(STACK.name, topology_of("lite"))
    assert missing(RecordingTarget()) == []


@pytest.mark.parametrize("text", ["", "[]", '{"app-1": 1}', '{"app-1": ["app"]}'])
def test_a_file_that_is_spoilt_must_be_as_none(
    text: str, own_state: Path, topology_of: Make
) -> None:
    folder = own_state / "stacks" / STACK.name
    folder.mkdir(parents=True)
    (folder / "nodes.json").write_text(text)
    assert missing(Machine(topology_of("lite"), "app-2")) == []
