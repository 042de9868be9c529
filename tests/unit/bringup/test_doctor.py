"""The doctor on a sound machine, and on machines that are broken on purpose: each yields exactly
the finding that is about it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import fastjsonschema  # type: ignore[import-untyped]
import pytest

from sdctl.bringup.doctor import examination
from sdctl.bringup.doctor import machine as reading
from sdctl.bringup.doctor.examination import Examination, decide
from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.bringup.doctor.visit import visit
from sdctl.design import needs, validation
from sdctl.design.topology import Topology
from sdctl.foundation.errors import TargetUnavailable, UsageError
from sdctl.state.stack import Stack
from sdctl.targets.check_result import TargetReport, unavailable
from sdctl.targets.compose import diagnosis, docker, refusals, surroundings
from sdctl.targets.compose.engine import Engine, Ran
from sdctl.targets.recording import RecordingTarget
from tests.unit.bringup.sound import GB, MB, SOUND
from tests.unit.cli import ends

Make = Callable[..., Topology]
ROOT = Path(__file__).parents[3]
ENGINE = Engine(memory=24 * GB, missing=frozenset({"python", "postgres", "opensearch"}))


def examined(
    topology: Topology,
    machine: Machine = SOUND,
    engine: Engine = ENGINE,
    **of_wanted: Any,
) -> Examination:
    survey = TargetReport(
        problems=tuple(filter(None, (engine.compose_problem,))),
        findings=diagnosis.findings(engine, topology),
        memory=engine.memory,
        folder=engine.root,
        publishers={port: ran.name for ran in engine.containers for port in ran.ports},
        missing=engine.missing,
        make_room="docker builder prune --force",
    )
    wanted = PlannedStack(topology=topology, survey=survey, others=examination.others, **of_wanted)
    return decide(machine, wanted)


def ids(found: Examination) -> set[str]:
    return {one.id for one in found.of("warning", "failure")}


@pytest.mark.parametrize("profile", ["lite", "standard", "ha"])
def test_on_a_sound_machine_nothing_must_be_more_than_a_pass(
    profile: str, topology_of: Make
) -> None:
    assert ids(examined(topology_of(profile))) == set()


def networks(*subnets: str) -> tuple[Any, ...]:
    return tuple(ip_network(subnet) for subnet in subnets)


POOLS_TAKEN = networks("172.16.0.0/12", "192.168.0.0/16")
MACHINES: dict[str, list[dict[str, Any]]] = {
    "memory-short": [{"memory": 900 * MB}, {"memory": 300 * MB}],
    "memory-tight": [{"memory": 2200 * MB}],
    "processors-few": [{"processors": 1}],
    "processors-busy": [{"load": 900.0, "processors": 500}],
    "disk-full": [{"disk_free": 300 * MB}, {"disk_free": 0}],
    "disk-watermark": [{"disk_free": 1900 * MB}],
    "disk-tight": [{"disk_free": 4 * GB}],
    "disk-inodes": [{"inodes_free": 900}],
    "port-taken": [{"holders": {8080: "nginx (pid 812)"}, "free_port": {8080: 8081}}],
    "max-map-count": [{"max_map_count": 1024}],
    "inotify-instances": [{"inotify_instances": 16}],
    "inotify-watches": [{"inotify_watches": 100}],
    "open-files-of-the-machine": [{"files_left": 100}],
    "open-files-of-this-user": [{"open_files": 256}],
    "state-folder": [{"state_problem": "this user may not write to /home/me"}],
    "state-full": [{"state_free": 4096}],
    "clock-wrong": [{"clock": 3600.0}],
    "clock-slow": [{"clocksource": "acpi_pm"}],
    "proxy-not-spared": [{"proxy": "http_proxy", "spared": False, "host": "127.0.0.1"}],
}
"""The finding → what is bent on the machine, each on its own."""
ENGINES: dict[str, list[dict[str, Any]]] = {
    "compose-missing": [
        {
            "compose_problem": TargetUnavailable(
                "no Compose", id="compose-missing", fix=refusals._INSTALL_COMPOSE
            )
        }
    ],
    "memory-limits-off": [{"keeps_limits": False}],
    "memory-short": [{"memory": 1 * GB}],
    "storage-vfs": [{"storage": "vfs"}],
    "user-namespaces": [{"security": ("name=rootless",)}, {"security": ("name=userns",)}],
    "selinux": [{"security": ("name=seccomp,profile=default", "name=selinux")}],
    "clock-apart": [{"clock_s": 40.0}, {"clock_s": -3.0}],
    "proxy-not-docker": [{"shell_proxied": True, "has_base": False}],
    "base-image-none": [{"has_base": False, "offers_base": False, "can_make_base": False}],
    "address-pools-used-up": [
        {"subnets": POOLS_TAKEN},
        {"pools": (("10.1.0.0/22", 24),), "subnets": networks("10.1.1.0/24")},
    ],
    "another-stack": [{"containers": (Ran(name="sdctl-b-app-1", running=True, stack="b"),)}],
    "leftovers": [{"networks": {"sdctl-b_data": "b"}}],
}
CASES = [(id_, bent, {}) for id_, each in MACHINES.items() for bent in each]
CASES += [(id_, {}, bent) for id_, each in ENGINES.items() for bent in each]


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


def test_nodes_that_run_must_not_need_their_memory_again(topology_of: Make) -> None:
    topology = topology_of()
    running = [node.name for node in topology.nodes if node.tier != "app"]
    poor = replace(SOUND, memory=600 * MB)
    assert ids(examined(topology, poor, running=running)) == set()


def test_networks_that_an_up_is_making_must_be_no_leftovers(topology_of: Make) -> None:
    engine = replace(ENGINE, networks={"sdctl-b_data": "b"}, young=frozenset({"sdctl-b_data"}))
    assert ids(examined(topology_of(), SOUND, engine)) == set()


def test_a_container_that_holds_a_port_must_be_named_and_not_its_proxy(topology_of: Make) -> None:
    machine = replace(SOUND, holders={8080: "docker-proxy (pid 7)"}, free_port={8080: 8082})
    engine = replace(ENGINE, containers=(Ran(name="web", running=True, ports=(8080,)),))
    [taken] = examined(topology_of("lite"), machine, engine).of("failure")
    assert "the container web" in taken.message
    assert taken.fix == "sdctl up lite --set gateway.port=8082"


def test_tiers_that_are_left_out_must_be_warnings_with_what_lacks(topology_of: Make) -> None:
    topology = topology_of()
    left = {"search": "to build its image this machine needs java and mvn"}
    bent = replace(topology, profile=replace(topology.profile, left_out=left))
    [one] = examined(bent).of("warning", "failure")
    assert one.id == "tier-left-out"
    assert one.fix == "sudo apt-get install -y default-jdk-headless maven"


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


def test_a_docker_that_takes_a_connection_and_says_nothing_must_be_told_soon(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(docker, "_GREETING_S", 0.2)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "docker.sock"))
        silent.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
        began = time.monotonic()
        failures = visit(Stack("sdctl"), validation.load("lite"), ()).examination.of("failure")
    assert [(one.id, one.fix) for one in failures] == [("docker-silent", "unset DOCKER_HOST")]
    assert time.monotonic() - began < 2


def test_where_docker_does_not_answer_the_stack_s_own_port_must_not_be_called_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    taken = replace(SOUND, holders={8080: "docker-proxy (pid 7)"}, free_port={8080: 8081}, memory=1)
    monkeypatch.setattr(reading, "read", lambda *_: taken)
    found = visit(Stack("sdctl"), validation.load("lite"), ()).examination
    assert ids(found) == {"docker-not-running"}


@pytest.mark.parametrize(
    ("host", "id_"),
    [
        ("unix:///nonexistent/docker.sock", "docker-not-running"),
        ("tcp://127.0.0.1:1", "docker-not-running"),
        ("tcp://192.0.2.1:2375", "docker-elsewhere"),
        ("nonsense", "docker-no-address"),
    ],
)
def test_an_engine_that_does_not_answer_must_be_one_failure(
    host: str, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    monkeypatch.setattr(reading, "read", lambda *_: SOUND)
    found = visit(Stack("sdctl"), validation.load("lite"), ()).examination
    assert [(one.id, one.fix) for one in found.of("warning", "failure")] == [
        (id_, "unset DOCKER_HOST")
    ]


def test_as_json_it_must_keep_its_schema_and_end_with_1_on_a_failure() -> None:
    done = ends.run("doctor", "lite", "--set", "gateway.port=18199", "--json", **ends.NO_DOCKER)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["summary"]["failure"] >= 1
    schema = json.loads((ROOT / "docs" / "doctor.schema.json").read_text())
    fastjsonschema.validate(schema, found)


def test_the_page_must_name_every_finding() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text()
    for id_ in {id_ for id_, _, _ in CASES}:
        assert f"`{id_}`" in page, id_


def test_who_may_not_use_the_engine_must_get_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    found = unavailable(refusals.why(PermissionError(13, "denied")))
    assert found.id == "docker-no-permission"
    assert 'usermod -aG docker "$USER"' in found.fix


FAKED = ("sudo", "docker", "sdctl", "curl", "chcon", "newgrp", "prlimit")
"""Commands that would change this machine: a stand-in writes down what it is given."""


def every_fix(topology: Topology) -> set[str]:
    found = {
        one.fix
        for _, machine, engine in CASES
        for one in examined(topology, replace(SOUND, **machine), replace(ENGINE, **engine)).findings
    }
    engines = (
        PermissionError(), FileNotFoundError(), TimeoutError(), ConnectionRefusedError(),
        ValueError("Invalid bind address protocol"), ValueError("?"),
    )  # fmt: skip
    found |= {refusals.why(error).fix for error in engines}
    found |= {refusals.no_command().fix, refusals._INSTALL, refusals._INSTALL_COMPOSE}
    return found - {""}


def test_pasted_into_a_shell_every_command_must_run_to_its_end(
    tmp_path: Path, topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would change this machine is faked; the rest is run: loops, exports, limits, files."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    for name in FAKED:
        fake = tmp_path / name
        # what it is given on stdin is taken, as by `tee` or a shell
        fake.write_text(f'#!/bin/sh\necho {name} "$@" >> "{tmp_path}/told"\n[ -t 0 ] || cat >&2\n')
        fake.chmod(0o755)
    home = {"SDCTL_HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}:/usr/bin:/bin", "USER": "me"}
    fixes = every_fix(topology_of())
    assert len(fixes) >= 25
    for fix in sorted(fixes):
        assert "\n" not in fix
        assert not fix.startswith(("ps ", "top")), f"{fix} only shows something"
        done = subprocess.run(
            ["sh", "-c", fix], env=home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (fix, done.stderr)
    told = (tmp_path / "told").read_text().splitlines()
    for line in told:
        if line.startswith("sdctl up "):  # what it says is a profile with settings that are valid
            _, _, profile, *sets = line.split()
            validation.load(profile, tuple(word for word in sets if word != "--set"))


def test_pasted_the_commands_that_choose_an_engine_must_choose_the_usual_one(
    tmp_path: Path,
) -> None:
    """The real `docker`, with a configuration of its own."""
    (tmp_path / "config.json").write_text('{"currentContext": "gone"}')
    environment = {"DOCKER_CONFIG": str(tmp_path)}
    with pytest.raises(TargetUnavailable) as caught:
        surroundings.endpoint(environment)
    subprocess.run(
        ["sh", "-c", caught.value.fix], env={**os.environ, **environment}, check=True,
        capture_output=True,
    )  # fmt: skip
    assert surroundings.endpoint(environment).host is None


def test_pasted_the_commands_for_this_shell_must_mend_it(tmp_path: Path, topology_of: Make) -> None:
    bent = replace(SOUND, proxy="http_proxy", spared=False, host="127.0.0.1")
    [found] = examined(topology_of(), bent).of("warning")
    shell = ["sh", "-c", f"{found.fix} && echo $no_proxy"]
    said = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert "127.0.0.1" in said.split(",")
    [found] = examined(topology_of(), replace(SOUND, state_problem="x")).of("failure")
    shell = ["sh", "-c", f"{found.fix} && test -w $SDCTL_HOME && rmdir $SDCTL_HOME"]
    subprocess.run(shell, check=True)


def test_the_watermarks_command_must_make_the_search_tier_fit(topology_of: Make) -> None:
    bent = replace(SOUND, disk_free=1900 * MB)
    [found] = examined(topology_of(), bent).of("failure")
    override = found.fix.rpartition("--set ")[2]
    assert ids(examined(topology_of("standard", override), bent)) == {"disk-tight"}


def test_this_machine_must_be_read_with_what_it_says(tmp_path: Path) -> None:
    found = reading.read(tmp_path / "deep" / "er", [1], [], "127.0.0.1")
    assert found.disk_folder == tmp_path
    assert found.memory <= found.memory_total
    assert found.max_map_count
    assert found.state_problem == ""


def test_a_state_folder_that_cannot_be_must_be_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SDCTL_HOME", str(tmp_path / "file" / "home"))
    assert "is no folder" in reading.read(None, [], [], "127.0.0.1").state_problem
    monkeypatch.setenv("SDCTL_HOME", "/proc/x")
    assert "/proc is a file system of the kernel" in (
        reading.read(None, [], [], "127.0.0.1").state_problem
    )


def test_before_a_stack_is_made_a_failure_must_end_it_and_warnings_be_told(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, topology = RecordingTarget(), topology_of("lite")
    bundle = target.render(topology)
    monkeypatch.setattr(reading, "read", lambda *_: replace(SOUND, memory=200 * MB))
    with pytest.raises(UsageError, match=r"lite takes about .* is free; .* none fits") as caught:
        examination.passed(target, topology, bundle)
    assert "Nothing was changed" in caught.value.hint
    monkeypatch.setattr(reading, "read", lambda *_: replace(SOUND, clocksource="hpet"))
    assert [one.id for one in examination.passed(target, topology, bundle)] == ["clock-slow"]


def test_the_processors_at_rest_must_be_what_was_measured(topology_of: Make) -> None:
    for name, measured in (("lite", 0.072), ("standard", 0.37)):  # control groups, over 60 s
        assert needs.processors(topology_of(name).nodes) == pytest.approx(measured, rel=0.2)


def test_every_image_that_is_built_must_have_been_measured(topology_of: Make) -> None:
    for name in ("standard", "ha"):
        topology = topology_of(name)
        assert all(image.size and image.build_s for image in topology.built_images)
        assert all(node.rest for node in topology.nodes if node.image.reference is None)
