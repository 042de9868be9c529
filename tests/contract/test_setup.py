"""What `make setup` does to a Python environment that is there already."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;; esac
"""
"""One that does all that it is told, and installs nothing."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements.lock").write_text("a==1\n")
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def setup(checkout: Path) -> subprocess.CompletedProcess[str]:
    own = {"PYTHON": str(checkout / "python"), "LOG": str(checkout / "log")}
    return subprocess.run(
        ["sh", "scripts/setup.sh", "--no-docker"], cwd=checkout, env={**os.environ, **own},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_an_environment_of_the_users_must_be_used_and_stay(checkout: Path) -> None:
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/mine").touch()
    shutil.copy(checkout / "python", checkout / ".venv/bin/python")
    done = setup(checkout)
    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv/mine").exists()
    told = (checkout / "log").read_text()
    assert "-m venv" not in told
    assert "-m pip install" in told


def test_what_is_no_environment_and_may_be_the_users_must_stay_and_be_named(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv/mine").touch()
    done = setup(checkout)
    assert done.returncode == 2
    assert f"{checkout}/.venv" in done.stderr
    assert (checkout / ".venv/mine").exists()


def test_one_that_was_cut_off_must_be_made_anew(checkout: Path) -> None:
    assert setup(checkout).returncode == 0
    assert (checkout / "log").read_text().count("-m venv") == 1
    (checkout / ".venv/.sdctl-setup").unlink()
    (checkout / ".venv/half").touch()
    done = setup(checkout)
    assert done.returncode == 0, done.stderr
    assert (checkout / "log").read_text().count("-m venv") == 2
    assert not (checkout / ".venv/half").exists()
