"""The doctor on a sound machine, and on machines that are broken on purpose: each yields exactly
the finding that is about it."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

import pytest

from sdctl.bringup.doctor import examination
from sdctl.bringup.doctor import machine as reading
from sdctl.bringup.doctor.examination import decide
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.design import needs
from sdctl.foundation import own_command
from sdctl.foundation.errors import UsageError
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose.engine_facts import Ran
from sdctl.targets.recording import RecordingTarget
from tests.unit.bringup.broken_machines import CASES, ENGINE, ROOT, Make, examined, ids
from tests.unit.bringup.sound import MB, SOUND


@pytest.mark.parametrize("profile", ["lite", "standard", "ha"])
def test_on_a_sound_machine_nothing_must_be_more_than_a_pass(
    profile: str, topology_of: Make
) -> None:
    assert ids(examined(topology_of(profile))) == set()


@pytest.mark.parametrize(("expected", "machine", "engine"), CASES)
def test_a_machine_that_is_broken_must_yield_that_finding_alone(
    expected: str, machine: dict[str, Any], engine: dict[str, Any], topology_of: Make
) -> None:
    found = examined(topology_of(), replace(SOUND, **machine), replace(ENGINE, **engine))
    assert ids(found) == {expected}
    for one in found.of("warning", "failure"):
        assert one.fix, "every finding has a command that mends it"


def test_what_the_kernel_lets_a_process_open_must_be_enough_for_every_node(
    topology_of: Make,
) -> None:
    topology = topology_of("standard", "search.server=elasticsearch")
    assert ids(examined(topology, replace(SOUND, open_files_most=1024))) == {
        "open-files-of-a-process"
    }


@pytest.mark.parametrize(
    ("free", "said"),
    [(1200 * MB, "lite fits"), (300 * MB, "none fits")],
)
def test_what_cannot_fit_must_name_the_largest_that_does(
    free: int, said: str, topology_of: Make
) -> None:
    [short] = examined(topology_of("ha"), replace(SOUND, memory=free)).of("failure")
    assert said in short.message
    if said == "lite fits":
        assert short.fix == "sdctl up lite"
        assert short.mending == "To mend it: sdctl up lite"
    else:
        assert "wait until enough is free" in short.message
        assert short.mending == "", "a script that waits is not for reading"


def test_nodes_on_other_machines_must_take_nothing_of_this_one(topology_of: Make) -> None:
    """A full laptop, and a cluster elsewhere that has room, or has not."""
    full = replace(SOUND, memory=100 * MB, processors=1, disk_free=0, max_map_count=1)
    topology = topology_of("lite")
    for memory, expected in ((64 * 1024 * MB, set()), (200 * MB, {"memory-short"})):
        survey = TargetReport(memory=memory, here=False)
        wanted = PlannedStack(topology=topology, survey=survey, others=examination.others)
        found = decide(full, wanted)
        assert ids(found) == expected
    [short] = found.of("failure")
    assert "its machines have 200 MiB" in short.message
    assert short.fix == ""


def test_nodes_that_run_must_not_need_their_memory_again(topology_of: Make) -> None:
    topology = topology_of()
    running = [node.name for node in topology.nodes if node.tier != "app"]
    poor = replace(SOUND, memory=600 * MB)
    assert ids(examined(topology, poor, running=running)) == set()


def test_a_port_must_be_called_free_or_the_stack_s_own(topology_of: Make) -> None:
    topology = topology_of("lite")
    said = {}
    for running in ((), [node.name for node in topology.nodes]):
        wanted = PlannedStack(topology=topology, running=running, survey=TargetReport())
        [found] = [one for one in decide(SOUND, wanted).of("pass") if one.id == "ports"]
        said[bool(running)] = found.message
    assert said == {False: "free: 8080", True: "this stack's own: 8080"}


def test_networks_that_an_up_is_making_must_be_no_leftovers(topology_of: Make) -> None:
    engine = replace(ENGINE, networks={"sdctl-b_data": "b"}, young=frozenset({"sdctl-b_data"}))
    assert ids(examined(topology_of(), SOUND, engine)) == set()


def test_a_container_that_holds_a_port_must_be_named_and_not_its_proxy(topology_of: Make) -> None:
    machine = replace(SOUND, holders={8080: "docker-proxy (pid 7)"}, free_port={8080: 8082})
    engine = replace(ENGINE, containers=(Ran(name="web", running=True, ports=(8080,)),))
    own_command.begin()
    [taken] = examined(topology_of("lite"), machine, engine).of("failure")
    assert "the container web" in taken.message
    assert taken.fix == "sdctl up --set gateway.port=8082"


def test_a_port_that_is_taken_must_be_changed_by_its_own_setting(topology_of: Make) -> None:
    """Kibana's and Grafana's are of one tier: another port for Grafana frees none of Kibana's."""
    vendors = ("search.server=elasticsearch", "collector.server=logstash")
    topology = topology_of("standard", *vendors, "dashboards.servers=[grafana, kibana]")
    for port, setting in ((5601, "kibana_port"), (3000, "port")):
        machine = replace(SOUND, holders={port: "x (pid 7)"}, free_port={port: port + 1})
        own_command.begin()
        [taken] = examined(topology, machine).of("failure")
        assert taken.fix == f"sdctl up --set dashboards.{setting}={port + 1}"


def test_tiers_that_are_left_out_must_be_warnings_with_what_lacks(topology_of: Make) -> None:
    topology = topology_of()
    left = {"search": "to build its image this machine needs java and mvn"}
    bent = replace(topology, profile=replace(topology.profile, left_out=left))
    [one] = examined(bent).of("warning", "failure")
    assert one.id == "tier-left-out"
    assert one.fix == "sudo apt-get install -y default-jdk-headless maven"
    left = {
        "grafana": "no registry offers its image", "kibana": "it needs search.server=elasticsearch"
    }  # fmt: skip
    profile = replace(topology.profile, left_out=left)
    grafana, kibana = examined(replace(topology, profile=profile)).of("warning", "failure")
    assert re.fullmatch(r"docker pull grafana/grafana:[\d.]+", grafana.fix)
    assert re.fullmatch(
        r"docker pull \S+/elasticsearch:\S+ && docker pull \S+/kibana:\S+", kibana.fix
    )
    own_command.begin()
    local = replace(topology, profile=replace(profile, images="local"))
    fixes = {one.fix for one in examined(local).of("warning", "failure")}
    assert fixes == {"sdctl up --set images=auto"}


def test_where_no_profile_fits_it_must_say_who_holds_the_memory(topology_of: Make) -> None:
    poor = replace(SOUND, memory=300 * MB, largest=lambda: "java (pid 812, 3.1 GB)")
    [short] = examined(topology_of("lite"), poor).of("failure")
    assert "java (pid 812, 3.1 GB) holds most" in short.message


def test_a_full_state_folder_must_be_mended_on_its_own_disk(topology_of: Make) -> None:
    full = replace(SOUND, state_free=4096)
    [found] = examined(topology_of(), full).of("failure")
    assert found.fix == "docker builder prune --force"
    [found] = examined(topology_of(), replace(full, state_on_disk=False)).of("failure")
    assert found.fix.startswith("export SDCTL_HOME=")


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_full_state_folder_that_stacks_need_must_not_be_changed_for_another(
    on_disk: bool, topology_of: Make
) -> None:
    full = replace(SOUND, state_free=4096, state_on_disk=on_disk, state_needed=True)
    [found] = examined(topology_of(), full).of("failure")
    assert "SDCTL_HOME" not in found.fix
    assert f"old runs in {SOUND.state_folder}/history (`sdctl runs` lists them)" in found.message
    assert found.waits is not on_disk


def findings_of_the_code() -> set[str]:
    """The name of each finding that is more than a pass, wherever it is made."""
    found = set[str]()
    folders = (ROOT / "sdctl" / "bringup" / "doctor", ROOT / "sdctl" / "targets")
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                maker = ast.unparse(node.func)
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                name = given.get("id")
                bad = maker == "TargetUnavailable" or (maker == "CheckResult" and "status" in given)
                if bad and isinstance(name, ast.Constant):
                    found.add(str(name.value))
    return found


def test_the_page_must_name_every_finding() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text()
    found = findings_of_the_code() | {id_ for id_, _, _ in CASES}
    assert len(found) >= 45
    assert [id_ for id_ in sorted(found) if f"`{id_}`" not in page] == []


def test_before_a_stack_is_made_a_failure_must_end_it_and_warnings_be_told(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, topology = RecordingTarget(), topology_of("lite")
    bundle = target.form.render(topology)
    monkeypatch.setattr(reading, "read", lambda *_: replace(SOUND, memory=200 * MB))
    with pytest.raises(UsageError, match=r"lite takes about .* is free; .* none fits") as caught:
        examination.passed(target, topology, bundle)
    assert "Nothing was changed" in caught.value.hint
    monkeypatch.setattr(reading, "read", lambda *_: replace(SOUND, clocksource="hpet"))
    assert [one.id for one in examination.passed(target, topology, bundle)] == ["clock-slow"]


@pytest.mark.parametrize(
    ("profile", "memory", "processors"),
    [
        ("lite", 515 * MB, 0.072),  # control groups, a minute after `up` and over 60 s
        ("standard", 1795 * MB, 0.37),
        ("ha", 1759 * MB, None),  # the same counters, after loads; its 33 nodes
    ],
)
def test_what_a_stack_takes_at_rest_must_be_what_was_measured(
    profile: str, memory: int, processors: float | None, topology_of: Make
) -> None:
    """Grafana's image was not to be had where that was measured."""
    nodes = [node for node in topology_of(profile).nodes if node.component != "grafana"]
    assert needs.memory(nodes) == pytest.approx(memory, rel=0.2)
    if processors is not None:
        assert needs.processors(nodes) == pytest.approx(processors, rel=0.2)


def test_every_image_that_is_built_must_have_been_measured(topology_of: Make) -> None:
    for name in ("standard", "ha"):
        topology = topology_of(name)
        assert all(image.size and image.build_s for image in topology.built_images)
        assert all(node.rest for node in topology.nodes if node.image.reference is None)
