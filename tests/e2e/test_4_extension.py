"""What a user adds to sdctl, run for real where it runs in a container or against one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdctl.chaos import readback
from sdctl.state import observation
from sdctl.state.stack import Stack as StackState
from sdctl.targets.opening import open_target
from tests.extension import write
from tests.stacks import Stack

pytestmark = pytest.mark.docker


def test_a_component_with_its_network_password_probe_and_read_back_must_run(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    (tmp_path / "mine.yaml").write_text("tiers: [echo, observer]\n")
    mine = Stack("e2e-extension", home)
    plugins = {"SDCTL_PLUGINS": str(tmp_path)}
    port = mine.port
    try:
        mine.run("up", str(tmp_path / "mine.yaml"), "--set", f"echo.port={port}", **plugins)
        status = json.loads(mine.run("--json", "status", **plugins).stdout)
        [node] = status["tiers"]["echo"]["nodes"]
        # only who is on its network, has its password and runs its probe is told its name
        assert (node["role"], node["health"], node["facts"]) == (
            "leader", "ok", {"says": "whoami-1"},
        )  # fmt: skip
        for name, value in {**plugins, "SDCTL_HOME": str(home)}.items():
            monkeypatch.setenv(name, value)
        target = open_target(mine.name)
        state = StackState(mine.name)
        seen = observation.snapshot(target, state)
        held = readback.holdings(target, state, seen, "r1")
        assert {key: stored.count for key, stored in held.found.items()} == {"r1-1": 1, "r1-2": 2}
        words = ("--workload", "pings", "--url", f"http://127.0.0.1:{port}", "--rps", "20")
        result = mine.load(*words, "--duration", "3s", **plugins)
        assert (result["workload"], result["requests"]["ok"]) == ("pings", 60)
        for kind in ("components", "commands", "faults", "workloads", "targets"):
            (tmp_path / kind / "broken.py").write_text("import nonsense\n")
        shown = mine.run("--json", "status", **plugins)
        assert json.loads(shown.stdout)["healthy"] is True
        assert "components/broken.py is left out" not in shown.stdout
        assert "commands/broken.py is left out" in shown.stderr
        mine.run("chaos", "heal", "--all", **plugins)
    finally:
        mine.run("down", **plugins)
    assert mine.leftovers() == []


def test_a_fault_of_ones_own_must_run_and_heal(lite: Stack, tmp_path: Path) -> None:
    write(tmp_path)
    plugins = {"SDCTL_PLUGINS": str(tmp_path)}
    assert "stop-all" in lite.run("chaos", "list", **plugins).stdout
    done = lite.run("--json", "chaos", "stop-all", "worker", "--rps", "20", **plugins)
    verdict = json.loads(done.stdout)
    assert (verdict["fault"]["kind"], verdict["writes"]["lost"]) == ("stop-all", [])
    assert verdict["fault"]["healed_at"] is not None
    assert lite.json("status")["healthy"] is True


def test_a_container_that_dies_must_show_its_last_words(home: Path, tmp_path: Path) -> None:
    files = {
        "components/dying.py": (
            "from sdctl.components.component import Component, Layout\n"
            "from sdctl.components.settings import Settings, Size\n"
            "from sdctl.components.node import Image\n"
            "class Dying(Settings):\n    memory: Size = 64 * 1024**2\n"
            "def nodes(settings, plan):\n"
            "    return Layout(component='dying', tier='dying', settings=settings,\n"
            "                  image=Image(name='dying'), networks=('edge',)).expand()\n"
            "COMPONENT = Component(name='dying', tier='dying', summary='', settings=Dying,\n"
            "                      nodes=nodes)\n"
        ),
        "templates/dying/image/Dockerfile": (
            "FROM debian:trixie-slim\nUSER nobody\n"
            'CMD ["sh", "-c", "echo the disk of this node is made of cheese; exit 3"]\n'
        ),
        "dying.yaml": "tiers: [dying, observer]\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    other = Stack("e2e-dying", home)
    try:
        died = other.run("up", str(tmp_path / "dying.yaml"), code=5, SDCTL_PLUGINS=str(tmp_path))
        assert "dying-1 does not stay up" in died.stderr
        assert "made of cheese" in died.stderr
        assert "`sdctl --stack e2e-dying logs dying-1`" in died.stderr
    finally:
        other.run("down")
    assert other.leftovers() == []
