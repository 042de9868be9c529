"""How a stack ends, and what is left then: nothing. Last, as it takes the stack away. It is made
anew with volumes of a limited size, whose keepers must go too."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.stacks import ROOT, Stack, docker

pytestmark = pytest.mark.docker
LIMITED = ("--set", "database.volume_size=256mb")


def test_an_interrupted_up_must_be_finished_by_the_next(lite: Stack) -> None:
    lite.run("down")
    for seconds in (1.5, 6.0):
        words = lite.command("up", "lite", "--set", f"gateway.port={lite.port}", *LIMITED)
        process = subprocess.Popen(
            words, env=lite.environment, cwd=ROOT, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert lite.up("lite", *LIMITED)["healthy"] is True


def test_a_database_without_room_must_stay_and_lose_nothing(lite: Stack) -> None:
    leader = lite.leader("database")
    verdict = lite.json("chaos", "fill-disk", "--for", "5s", "--rps", "40", code=None)
    [effect] = verdict["effects"]
    assert (effect["seen"], effect["holds"]) == ("ENOSPC", True), effect
    assert effect["at_end"]["holds"], effect
    assert verdict["verdict"] == "pass", verdict["why"]
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert lite.leader("database") == leader
    assert lite.json("status")["healthy"] is True


def test_a_container_that_an_interrupted_up_left_unconnected_must_be_made_anew(lite: Stack) -> None:
    before = lite.containers()
    project = f"sdctl-{lite.name}"
    docker("network", "disconnect", f"{project}_access", f"{project}-observer-1")
    assert lite.json("status")["healthy"] is False
    assert lite.up()["healthy"] is True
    after = lite.containers()
    assert {name for name in before if before[name] != after[name]} == {f"{project}-observer-1"}


def test_up_must_go_on_when_nobody_reads_it_any_more(lite: Stack) -> None:
    count = sum("-app-" in name for name in lite.containers()) + 1
    up = shlex.join(lite.command("up", "--set", f"app.replicas={count}"))
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {up} 2>&1 | head -1"],
        env=lite.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)
    assert lite.json("status")["healthy"] is True
    assert lite.node(f"app-{count}")["health"] == "ok"


@pytest.mark.parametrize(
    "words",
    [
        ["status"], ["up", "lite"], ["up", "--set", "app.replicas=3"], ["scale", "app=1"],
        ["load", "--duration", "1s"], ["chaos", "pause", "redis-1"], ["env"], ["down"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_stack_of_another_state_folder_must_be_left_alone(
    words: list[str], lite: Stack, tmp_path: Path
) -> None:
    """Two checkouts, two users, one name."""
    before = lite.containers()
    assert before
    other = Stack(lite.name, tmp_path, port=lite.port)
    error = other.json(*words, code=2)["error"]
    assert "was made from another state folder" in error["message"]
    assert lite.containers() == before
    assert not (tmp_path / "stacks").exists() or not any((tmp_path / "stacks").iterdir())


def test_nothing_of_the_users_surroundings_must_change_a_stack(lite: Stack, tmp_path: Path) -> None:
    """A shell with another stack's key and Compose's variables, in a folder with its files."""
    (tmp_path / ".env").write_text("SDCTL_API_KEY=other\nCOMPOSE_PROJECT_NAME=other\n")
    (tmp_path / "compose.yml").write_text("services: [\n")
    hostile = {
        "SDCTL_API_KEY": "other", "SDCTL_OWNER": "other", "COMPOSE_PROJECT_NAME": "other",
        "COMPOSE_FILE": str(tmp_path / "compose.yml"), "COMPOSE_PROFILES": "other",
        "DOCKER_DEFAULT_PLATFORM": "linux/arm64", "BUILDX_BUILDER": "other",
    }  # fmt: skip
    before = lite.containers()
    count = sum("-app-" in name for name in before) + 1
    done = lite.run("--json", "up", "--set", f"app.replicas={count}", cwd=tmp_path, **hostile)
    assert json.loads(done.stdout)["healthy"] is True
    after = lite.containers()
    new = f"sdctl-{lite.name}-app-{count}"
    assert {name for name in after if after[name] != before.get(name)} == {new}


def test_down_must_leave_a_network_that_somebody_uses_and_up_take_it_over(lite: Stack) -> None:
    """As where Docker 20.10 miscounted who is in it: a warning, and no error."""
    network = f"sdctl-{lite.name}_edge"
    image = docker("inspect", "-f", "{{.Image}}", f"sdctl-{lite.name}-app-1")
    docker("run", "-d", "--rm", "--name", "sdctl-e2e-guest", "--network", network,
           "--entrypoint", "sleep", *image, "600")  # fmt: skip
    try:
        down = lite.json("down")
        assert down["left"] == [network]
        assert lite.leftovers() == [network]
        assert lite.up("lite")["healthy"] is True
    finally:
        docker("rm", "--force", "sdctl-e2e-guest")


def test_down_must_leave_nothing(lite: Stack) -> None:
    assert lite.leftovers()
    lite.run("down")
    assert lite.leftovers() == []
    assert not (lite.home / "stacks" / lite.name).exists()
    lite.run("status", code=7)
