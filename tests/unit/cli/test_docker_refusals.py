"""What keeps Docker from being used, in the user's words."""

from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path

import pytest

from sdctl.foundation.errors import TargetRefused, TargetUnavailable
from sdctl.targets.compose import refusals
from sdctl.targets.compose.target import ComposeTarget
from tests.unit.cli import ends
from tests.unit.cli.fake_docker import fake_docker

NOWHERE = "unix:///nonexistent/docker.sock"
WELL = {"/version": (200, {"Version": "26.1", "ApiVersion": "1.45"})}


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (NOWHERE, "Docker does not run: there is no /nonexistent/docker.sock (DOCKER_HOST is unix"),
        (
            "tcp://127.0.0.1:1",
            "Docker does not run: nobody answers (DOCKER_HOST is tcp://127.0.0.1",
        ),
        ("tcp://192.0.2.1:2375", "DOCKER_HOST is tcp://192.0.2.1:2375, which is another machine"),
        ("ssh://me@build", "DOCKER_HOST is ssh://me@build, which is another machine"),
        ("nonsense", "DOCKER_HOST is nonsense, which is no address of Docker"),
        ("foo://bar", "DOCKER_HOST is foo://bar, which is no address of Docker"),
        ("http://[::1", "DOCKER_HOST is http://[::1, which is no address of Docker"),
    ],
)
def test_a_wrong_docker_host_must_be_named(
    host: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(TargetUnavailable) as caught:
        ComposeTarget("sdctl").nodes()
    assert caught.value.message.startswith(said)
    assert "unset DOCKER_HOST" in caught.value.hint


def test_a_context_that_is_elsewhere_must_be_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text('{"currentContext": "build"}')
    with pytest.raises(TargetUnavailable, match="no Docker context 'build'"):
        ComposeTarget("sdctl").nodes()
    key = hashlib.sha256(b"build").hexdigest()
    meta = tmp_path / "contexts/meta" / key / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Endpoints": {"docker": {"Host": "ssh://me@build"}}}))
    with pytest.raises(TargetUnavailable, match="'build' is ssh://me@build, which is another"):
        ComposeTarget("sdctl").nodes()


def test_who_is_not_in_the_group_must_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    outer = RuntimeError("Error while fetching server API version")
    outer.__cause__ = PermissionError(errno.EACCES, "Permission denied")
    told = refusals.why(outer)
    assert "no permission for /var/run/docker.sock" in told.message
    assert "usermod -aG docker" in told.hint


def test_a_docker_that_is_too_old_must_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = {"/version": (200, {"Version": "19.03", "ApiVersion": "1.40"})}
    with fake_docker(tmp_path, old) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetUnavailable, match=r"too old") as caught:
            ComposeTarget("sdctl").nodes()
    assert caught.value.id == "docker-too-old"


def test_what_docker_refuses_must_be_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = WELL | {"/containers/json": (500, {"message": "[bold]disk[/] is full"})}
    with fake_docker(tmp_path, answers) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetRefused, match="is full"):
            ComposeTarget("sdctl").nodes()
        done = ends.run("status", DOCKER_HOST=host)
        assert done.returncode == 5
        assert "[bold]disk[/] is full" in done.stderr


@pytest.mark.parametrize(
    ("answer", "said"), [({"message": "shutting down"}, "503, shutting down"), ([], "503")]
)
def test_a_docker_that_refuses_to_say_who_it_is_must_not_be_called_silent(
    answer: object, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with fake_docker(tmp_path, {"/version": (503, answer)}) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetUnavailable) as caught:
            ComposeTarget("sdctl").nodes()
    assert caught.value.message == f"Docker answers with an error (DOCKER_HOST is {host}): {said}"


@pytest.mark.parametrize(
    ("script", "said", "id_"),
    [
        ("exit 1", "Compose plugin is not there", "compose-missing"),
        ("echo \"docker: 'compose' is not a docker command.\" >&2; exit 1", "plugin is not there",
         "compose-missing"),
        ("echo 1.29.2", "too old: 1.29.2", "compose-too-old"),
        ("echo v2.19.1", "too old: v2.19.1", "compose-too-old"),
        ("echo hello", "plugin is not there", "compose-missing"),
        ("exec sleep 60", "did not answer in 0.2 s", "compose-silent"),
    ],
)  # fmt: skip
def test_compose_must_be_there_and_new_enough(
    script: str, said: str, id_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_COMPOSE_S", 0.2 if "sleep" in script else 10)
    command = tmp_path / "docker"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    with pytest.raises(TargetUnavailable, match=said) as caught:
        refusals.check_compose([str(command)])
    assert caught.value.id == id_
    monkeypatch.setattr(refusals, "_COMPOSE_S", 10)
    command.write_text("#!/bin/sh\necho 2.26.1-4\n")
    refusals.check_compose([str(command)])
    with pytest.raises(TargetUnavailable, match="not in PATH") as caught:
        refusals.check_compose([str(tmp_path / "nothing")])
    assert caught.value.id == "docker-command-missing"


@pytest.mark.parametrize("text", ["[]", '{"proxies": null}', '{"proxies": [1]}'])
def test_settings_that_docker_did_not_write_must_be_named(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text(text)
    with fake_docker(tmp_path, WELL) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetUnavailable, match=r"config\.json does not hold what Docker"):
            ComposeTarget("sdctl").nodes()


def test_tls_without_certificates_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    with pytest.raises(TargetUnavailable, match="DOCKER_TLS_VERIFY asks for TLS") as caught:
        ComposeTarget("sdctl").nodes()
    assert "unset DOCKER_TLS_VERIFY" in caught.value.hint
