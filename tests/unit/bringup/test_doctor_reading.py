"""What the doctor reads from this machine, and from a Docker that does not answer."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import replace
from pathlib import Path

import fastjsonschema  # type: ignore[import-untyped]
import pytest

from sdctl.bringup.doctor import machine as reading
from sdctl.bringup.doctor import visit as visiting
from sdctl.bringup.doctor.visit import visit
from sdctl.design import validation
from sdctl.state.stack import Stack
from sdctl.targets.compose import docker
from sdctl.targets.recording import RecordingTarget
from tests.unit.bringup.broken_machines import ROOT, ids
from tests.unit.bringup.sound import SOUND
from tests.unit.cli import ends


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
    assert time.monotonic() - began < 10, "an answer may take a minute, a greeting not"


def test_the_target_that_is_named_must_be_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    done = ends.run("--json", "doctor", "lite", "--target", "kubernetes", "--context", "kind-kind")
    failures = [one for one in json.loads(done.stdout)["findings"] if one["status"] == "failure"]
    assert (done.returncode, [one["id"] for one in failures]) == (1, ["no-kubeconfig"])


def test_where_docker_does_not_answer_the_stack_s_own_port_must_not_be_called_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    taken = replace(SOUND, holders={8080: "docker-proxy (pid 7)"}, free_port={8080: 8081}, memory=1)
    monkeypatch.setattr(reading, "read", lambda *_: taken)
    found = visit(Stack("sdctl"), validation.load("lite"), ()).examination
    assert ids(found) == {"docker-not-running"}


def test_while_another_command_changes_the_stack_its_own_port_must_not_be_called_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = replace(SOUND, holders={8080: "dockerd (pid 7)"}, free_port={8080: 8081}, memory=1)
    monkeypatch.setattr(reading, "read", lambda *_: taken)
    monkeypatch.setattr(visiting, "open_target", lambda stack, place: RecordingTarget())
    with Stack("sdctl").lock("up"):
        found = visit(Stack("sdctl"), validation.load("lite"), ()).examination
    [busy] = found.of("warning", "failure")
    assert busy.id == "stack-changes"
    assert busy.message.startswith("`sdctl up` (pid ")
    after = visit(Stack("sdctl"), validation.load("lite"), ()).examination
    assert ids(after) == {"port-taken", "memory-short"}
    [name] = [one.message for one in after.of("pass") if one.id == "stack-name"]
    assert name == "the name 'sdctl' is free"


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
