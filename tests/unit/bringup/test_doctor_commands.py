"""The commands that the doctor gives: pasted into a shell, they mend what it found."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sdctl.design import validation
from sdctl.design.profile import DEFAULT
from sdctl.design.topology import Topology
from sdctl.foundation.errors import TargetUnavailable
from sdctl.targets.check_result import unavailable
from sdctl.targets.compose import refusals, surroundings
from tests.unit.bringup.broken_machines import CASES, ENGINE, Make, examined, ids
from tests.unit.bringup.sound import MB, SOUND


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
            _, _, *words = line.split()
            profile = words.pop(0) if words[0] != "--set" else DEFAULT
            validation.load(profile, tuple(word for word in words if word != "--set"))


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
