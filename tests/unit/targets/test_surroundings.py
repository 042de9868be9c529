"""Nothing in the user's shell, folder or Docker configuration changes a stack."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from sdctl.foundation.errors import BringUpFailed, TargetUnavailable
from sdctl.targets.compose import command, surroundings
from sdctl.targets.compose.target import ComposeTarget

HOSTILE = {
    "SDCTL_API_KEY": "other", "SDCTL_OWNER": "other", "COMPOSE_FILE": "x.yml",
    "COMPOSE_PROJECT_NAME": "x", "COMPOSE_PROFILES": "x", "COMPOSE_ENV_FILES": "x",
    "COMPOSE_BAKE": "1", "COMPOSE_DISABLE_ENV_FILE": "1", "COMPOSE_REMOVE_ORPHANS": "0",
    "DOCKER_DEFAULT_PLATFORM": "linux/arm64", "DOCKER_BUILDKIT": "0", "BUILDX_BUILDER": "x",
    "BUILDX_CONFIG": "x", "BUILDKIT_HOST": "x", "BUILDKIT_PROGRESS": "quiet", "GOOS": "windows",
    "CGO_ENABLED": "1",
}  # fmt: skip
NEEDED = {
    "PATH": "/bin", "HOME": "/root", "HTTPS_PROXY": "http://proxy", "DOCKER_HOST": "tcp://a:1",
    "DOCKER_CONTEXT": "a", "DOCKER_CERT_PATH": "/a", "DOCKER_TLS_VERIFY": "1", "DOCKER_CONFIG": "b",
    "GOPROXY": "direct", "GOOGLE_APPLICATION_CREDENTIALS": "/c",
}  # fmt: skip


def test_only_what_chooses_the_engine_must_be_passed_on() -> None:
    passed = surroundings.variables({**HOSTILE, **NEEDED})
    assert passed == {**NEEDED, "BUILDX_BUILDER": "default"}


@pytest.fixture
def docker_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


def add_context(folder: Path, name: str, **endpoint: object) -> None:
    key = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / key / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))


def test_the_engine_must_be_the_one_that_the_docker_command_takes(
    docker_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_context(docker_folder, "there", Host="unix:///there.sock")
    add_context(docker_folder, "safe", Host="tcp://safe:2376", SkipTLSVerify=True)
    key = hashlib.sha256(b"safe").hexdigest()
    certificates = docker_folder / "contexts" / "tls" / key / "docker"
    certificates.mkdir(parents=True)
    assert surroundings.endpoint().host is None
    (docker_folder / "config.json").write_text('{"currentContext": "there"}')
    assert surroundings.endpoint().host == "unix:///there.sock"
    assert surroundings.variables()["BUILDX_BUILDER"] == "there"
    monkeypatch.setenv("DOCKER_CONTEXT", "safe")
    assert surroundings.endpoint() == surroundings.Endpoint("tcp://safe:2376", certificates, False)
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert surroundings.endpoint().host is None
    monkeypatch.setenv("DOCKER_CONTEXT", "safe")
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine.sock")
    assert surroundings.endpoint().host is None


def test_a_context_that_is_not_there_must_be_named(
    docker_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "away")
    with pytest.raises(TargetUnavailable, match="no Docker context 'away'"):
        ComposeTarget("sdctl").nodes()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"currentContext": ""}'])
def test_a_configuration_that_says_nothing_must_mean_the_usual_engine(
    text: str, docker_folder: Path
) -> None:
    (docker_folder / "config.json").write_text(text)
    assert surroundings.endpoint().host is None


def test_a_configurations_proxies_must_reach_no_node_and_its_logins_stay(
    docker_folder: Path,
) -> None:
    settings = {
        "proxies": {"default": {"httpProxy": "http://x"}},
        "credsStore": "pass",
        "auths": {},
    }
    (docker_folder / "config.json").write_text(json.dumps(settings))
    (docker_folder / "cli-plugins").mkdir()
    (docker_folder / "cli-plugins" / "docker-compose").write_text("plugin")
    with surroundings.without_proxies() as variables:
        own = Path(variables["DOCKER_CONFIG"])
        assert json.loads((own / "config.json").read_text()) == {"credsStore": "pass", "auths": {}}
        assert stat.S_IMODE((own / "config.json").stat().st_mode) == 0o600
        assert (own / "cli-plugins" / "docker-compose").read_text() == "plugin"
    assert not own.exists()
    assert (docker_folder / "cli-plugins" / "docker-compose").exists()


def test_compose_must_run_in_the_bundle_with_its_own_secrets(
    docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `docker` that tells what it was given."""
    tool = tmp_path / "bin" / "docker"
    tool.parent.mkdir()
    tool.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "mask = os.umask(0)\n"
        "print(json.dumps([os.getcwd(), mask, sys.argv[1:], dict(os.environ)]))\nsys.exit(1)\n"
    )
    tool.chmod(0o755)
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    given = []
    for call in (
        lambda: command.converge("p", bundle, ["app-1"]),
        lambda: command.converge("p", bundle, []),
        lambda: command.build("p", bundle, [], str),
    ):
        with pytest.raises(BringUpFailed) as failed:
            call()
        folder, mask, words, variables = json.loads(failed.value.details[-1])
        assert (folder, mask) == (str(bundle), 0o022)
        assert ["--env-file", str(bundle / ".env")] == words[words.index("--env-file") :][:2]
        assert not HOSTILE.keys() - {"BUILDX_BUILDER"} & variables.keys()
        assert variables["BUILDX_BUILDER"] == "default"
        given.append(words[-1])
    assert given == ["app-1", "--no-recreate", "build"], "no name at all means every node"
