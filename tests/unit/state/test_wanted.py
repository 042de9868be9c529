"""What a stack is to be: a node that somebody removed by hand is missed, and nobody's removal makes
the profile unknown."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sdctl.bringup import lifecycle
from sdctl.bringup.autoscaler import resized
from sdctl.bringup.resizing import resize
from sdctl.components.node import ALL_ABILITIES, Ability
from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget, NotReady
from sdctl.state import observation, wanted
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


class Volumes(RecordingTarget):
    """Nothing runs, and the data are there."""

    def owners(self) -> Mapping[str, str | None]:
        return {"sdctl_postgres-1-data": ""}


def missing(engine: RecordingTarget) -> list[str]:
    return [node.node for node in wanted.missing(engine, STACK.name, engine.nodes())]


@pytest.mark.parametrize("gone", [("app-3",), ("app-1", "app-2", "app-3", "worker-1")])
def test_how_many_replicas_there_are_to_be_must_not_change_with_those_that_are_removed(
    topology_of: Make, gone: tuple[str, ...]
) -> None:
    topology = topology_of("lite", "app.replicas=3")
    wanted.changed(STACK.name, topology)
    found = Running(Machine(topology, *gone), STACK).profile()
    assert (found.settings["app"].count, found.settings["worker"].count) == (3, 1)


def test_a_node_that_is_missing_must_not_be_well_and_the_remedy_be_named(
    topology_of: Make,
) -> None:
    topology = topology_of("lite")
    wanted.changed(STACK.name, topology)
    seen = observation.snapshot(Machine(topology, "app-2", "redis-1"), STACK)
    assert len(seen.nodes()) == len(topology.nodes)
    app = seen.nodes()["app-2"]
    assert (app.state, app.word, app.health) == ("down", "missing", "failing")
    assert app.reason == "somebody removed it; `sdctl up` makes it again"
    assert not seen.tiers["cache"].healthy


def test_while_the_stack_is_changed_neither_what_goes_nor_what_comes_must_be_missed(
    topology_of: Make,
) -> None:
    three, two = topology_of("lite", "app.replicas=3"), topology_of("lite")
    wanted.changed(STACK.name, three)
    wanted.changing(STACK.name, two)
    assert missing(Machine(two)) == []
    wanted.changing(STACK.name, three)
    assert missing(Machine(two)) == []
    wanted.changed(STACK.name, three)
    assert missing(Machine(two)) == ["app-3"]


def test_what_autoscale_has_made_must_be_what_is_wanted(topology_of: Make) -> None:
    machine = Machine(topology_of("lite"))
    four = resized(Running(machine, STACK), "app", 4)
    resize(machine, four, STACK, "app")
    assert missing(Machine(topology_of("lite"))) == ["app-3", "app-4"]


def test_where_no_label_says_the_profile_the_kept_one_must_be_taken(topology_of: Make) -> None:
    topology = topology_of("lite", "cache.ttl=33s", "gateway.port=18480")
    machine = Machine(topology, "observer-1")
    with pytest.raises(NotReady, match="does not say which profile") as unknown:
        Running(machine, STACK).profile()
    assert unknown.value.hint == "Name the profile that it had: `sdctl up PROFILE`."
    wanted.changed(STACK.name, topology)
    assert Running(machine, STACK).profile() == topology.profile
    seen = observation.snapshot(machine, STACK)
    assert (seen.profile, [*seen.tiers]) == ("lite", [*topology.profile.tiers])


def test_what_a_label_says_must_come_before_what_is_kept(topology_of: Make) -> None:
    wanted.changed(STACK.name, topology_of("lite", "cache.ttl=33s"))
    runs = topology_of("lite", "cache.ttl=44s")
    assert Running(Machine(runs), STACK).profile() == runs.profile


def test_while_another_command_works_on_the_stack_it_must_be_named(topology_of: Make) -> None:
    """`down` removes the data last: until then they are there, and nobody keeps them."""
    topology = topology_of("lite")
    wanted.changed(STACK.name, topology)
    said = r"`sdctl down` \(pid \d+, begun .* ago\) is working on "
    with STACK.lock("down"):
        file = STACK.folder / "lock"
        file.write_text(file.read_text().replace(f'"pid": {os.getpid()}', '"pid": 1'))
        [one] = wanted.missing(Machine(topology, "app-2"), STACK.name, [])[:1]
        assert re.search(said, one.status)
        with pytest.raises(NoSuchTarget, match=said) as told:
            observation.present(Volumes(), STACK.name)
    assert told.value.hint == "Ask again when that has ended."
    with STACK.lock("chaos"), pytest.raises(NoSuchTarget, match=r"is down. Its data are kept"):
        observation.present(Volumes(), STACK.name)


@pytest.mark.parametrize("gone", [(), ("observer-1",)])
def test_down_that_keeps_the_data_must_keep_the_profile_and_down_must_forget_it(
    topology_of: Make, own_state: Path, gone: tuple[str, ...]
) -> None:
    topology = topology_of("lite", "gateway.port=18480", "app.replicas=3")
    wanted.changed(STACK.name, topology)
    lifecycle.down(Machine(topology, *gone), STACK, keep_data=True)
    assert missing(Machine(topology, "app-2")) == []
    kept = Running(Volumes(), STACK)
    for _ in range(2):  # what is taken down once more says no profile: the first one stays
        assert kept.usual_profile() == topology.profile
        assert kept.kept_profile() == topology.profile
        assert kept.usual_profile(("app.replicas=4",)).settings["app"].count == 4
        lifecycle.down(Volumes(), STACK, keep_data=True)
    with pytest.raises(NoSuchTarget, match="Its data are kept, from the profile lite") as told:
        kept.nodes()
    assert told.value.hint.startswith("`sdctl up` brings it back as it was")
    lifecycle.down(Volumes(), STACK, keep_data=False)
    assert Running(RecordingTarget(), STACK).usual_profile().name == "standard"
    assert not (own_state / "stacks" / STACK.name).exists()


def test_when_all_was_removed_by_hand_it_must_be_as_after_a_down(topology_of: Make) -> None:
    topology = topology_of("lite", "app.replicas=3")
    wanted.changed(STACK.name, topology)
    assert Running(Volumes(), STACK).usual_profile() == topology.profile


def test_data_of_which_nobody_knows_the_profile_must_not_be_given_the_usual_one() -> None:
    with pytest.raises(NoSuchTarget, match="nobody knows from which profile") as unknown:
        Running(Volumes(), STACK).must_be_known()
    assert unknown.value.hint.startswith("Name the profile that it had: `sdctl up PROFILE`.")
    Running(RecordingTarget(), STACK).must_be_known()


def test_an_up_that_made_nothing_must_say_what_is_meant_next_and_hold_nobody_to_it(
    topology_of: Make,
) -> None:
    """Its images did not build, say: there are no data that have to stay."""
    wanted.changing(STACK.name, topology_of("ha"))
    nothing = Running(RecordingTarget(), STACK)
    assert nothing.usual_profile().name == "ha"
    assert nothing.kept_profile() is None
    with pytest.raises(NoSuchTarget, match="there is no stack"):
        nothing.nodes()


def test_where_replicas_come_by_themselves_none_must_be_missed(topology_of: Make) -> None:
    wanted.changed(STACK.name, topology_of("lite"))
    assert missing(RecordingTarget()) == []


def test_nothing_must_be_looked_at_in_full_while_all_is_there(
    topology_of: Make, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A record of a newer sdctl says nothing wrong about a stack that runs as it should."""
    topology = topology_of("lite")
    wanted.changed(STACK.name, topology)
    change(own_state, lambda value: value["settings"]["database"].update(new_setting=1))
    assert missing(Machine(topology)) == []
    assert capsys.readouterr().err == ""


def change(own_state: Path, how: Callable[[dict[str, Any]], object]) -> Path:
    """Changes the file of the stack, as its key says."""
    path = own_state / "stacks" / STACK.name / "wanted.json"
    value = json.loads(path.read_text())
    how(value)
    path.write_text(json.dumps(value))
    return path


_NOT_OURS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a setting of a newer version": lambda v: v["settings"]["database"].update(new_setting=1),
    "tiers that are no list": lambda v: v["settings"].update(tiers=5),
    "no tiers": lambda v: v["settings"].pop("tiers"),
    "a tier that is a mapping": lambda v: v["settings"].update(tiers=["app", {"a": 1}]),
    "sections that are none": lambda v: v["settings"].update(app=[]),
    "a node without a number": lambda v: v["nodes"].update({"app-x": ["app", "app"]}),
    "a node too many": lambda v: v["nodes"].update({"app-40": ["app", "app"]}),
    "a node of another tier": lambda v: v["nodes"].update({"app-1": ["cache", "app"]}),
    "a node that says half": lambda v: v["nodes"].update({"app-1": ["app"]}),
    "a path for a name": lambda v: v.update(profile="../../etc/passwd"),
    "a name of two lines": lambda v: v.update(profile="lite\nall is well"),
    "no settings": lambda v: v.pop("settings"),
}


@pytest.mark.parametrize("key", _NOT_OURS)
def test_a_record_that_this_sdctl_would_not_write_must_be_named_and_hold_nobody(
    key: str, topology_of: Make, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topology = topology_of("lite", "app.replicas=3")
    wanted.changed(STACK.name, topology)
    path = change(own_state, _NOT_OURS[key])
    assert wanted.of(STACK.name) is None
    told = capsys.readouterr().err
    assert f"{path} is passed over" in told
    assert "`sdctl up` writes it anew" in told
    assert_that_what_runs_holds(topology)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 200_000, "\0", '{"profile": NaN}'])
def test_a_file_that_is_spoilt_must_be_named_and_hold_nobody(
    text: str, own_state: Path, topology_of: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = own_state / "stacks" / STACK.name
    folder.mkdir(parents=True)
    (folder / "wanted.json").write_text(text)
    assert_that_what_runs_holds(topology_of("lite", "app.replicas=3"))
    assert "wanted.json is passed over" in capsys.readouterr().err


def assert_that_what_runs_holds(topology: Topology) -> None:
    """Of the record on disk nothing is taken; the next `up` writes another one."""
    engine = Machine(topology, "app-2")
    assert missing(engine) == []
    assert Running(engine, STACK).profile().settings["app"].count == 3
    silent = Machine(topology, "observer-1")
    assert Running(silent, STACK).profile_or_none() is None
    with pytest.raises(NotReady, match="does not say which profile"):
        Running(silent, STACK).profile()
    snapshot = observation.snapshot(silent, STACK)
    assert snapshot.profile == ""
    lifecycle.down(silent, STACK, keep_data=True)
    wanted.changed(STACK.name, topology)
    assert Running(silent, STACK).profile().name == "lite"


def test_labels_of_another_version_must_be_as_if_nobody_said_a_profile(topology_of: Make) -> None:
    """A profile that is named makes the stack anew; without one the error says that it can."""
    for settings in ("[" * 200_000, "[]", '{"tiers": 5}', '{"tiers": ["app"], "app": {"new": 1}}'):
        engine = RecordingTarget([
            Instance(node="app-1", tier="app", component="app", state="running", profile="lite",
                     settings=settings, left_out="[")
        ])  # fmt: skip
        running = Running(engine, STACK)
        assert running.profile_or_none() is None
        with pytest.raises(NotReady) as unsaid:
            running.usual_profile()
        assert unsaid.value.hint == "Name the profile that it had: `sdctl up PROFILE`."
        assert observation.snapshot(engine, STACK).left_out == {}
