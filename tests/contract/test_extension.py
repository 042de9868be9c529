"""A component, a fault and a workload, each one new file in a folder of the user's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sdctl.components.component import all_components
from sdctl.faults.fault import all_faults
from sdctl.foundation.errors import UsageError
from sdctl.workloads.workload import all_workloads
from tests.extension import write


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    return tmp_path


def shown(*words: str) -> str:
    """What the command shows, from a process of its own: a process reads its commands once, and
    the tests that follow must not know these plug-ins."""
    command = [sys.executable, "-m", "sdctl", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_component_must_be_one_file_and_its_templates(plugins: Path, tmp_path: Path) -> None:
    assert all_components()["echo"].name == "whoami"
    profile = tmp_path / "mine.yaml"
    profile.write_text("tiers: [echo, observer]\necho: {replicas: 3}\n")
    out = tmp_path / "bundle"
    shown("render", str(profile), "-o", str(out))
    services = yaml.safe_load((out / "compose.yml").read_text())["services"]
    assert {"whoami-1", "whoami-2", "whoami-3"} <= services.keys()
    assert services["whoami-1"]["volumes"] == ["./config/whoami:/etc/sdctl:ro"]
    assert (out / "config/whoami/whoami.conf").read_text() == "replicas=3 first=whoami-1\n"
    assert (out / "images/whoami/Dockerfile").is_file()


def test_a_fault_must_be_one_file_and_its_fields_its_options(plugins: Path) -> None:
    assert "stop-all" in all_faults()
    assert "Which.  [default: app]" in shown("chaos", "stop-all", "--help")


def test_a_workload_must_be_one_file(plugins: Path) -> None:
    assert all_workloads()["pings"].summary == "GET / and nothing else"
    assert "pings" in shown("load", "--help")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("x = 1\n", "has no FAULT"), ("import nonsense\n", "cannot be imported")],
)
def test_a_broken_plug_in_must_be_named_not_skipped(
    text: str, complaint: str, plugins: Path
) -> None:
    (plugins / "faults" / "broken.py").write_text(text)
    with pytest.raises(UsageError, match=complaint) as caught:
        all_faults()
    assert "broken.py" in str(caught.value)
