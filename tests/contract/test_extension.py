"""A component, a fault and a workload, each one new file in a folder of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sdctl.__main__ import run
from sdctl.components.component import all_components
from sdctl.errors import UsageError
from sdctl.faults.fault import all_faults
from sdctl.workloads import workloads
from tests.extension import write


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    return tmp_path


def test_a_component_must_be_one_file_and_its_templates(plugins: Path, tmp_path: Path) -> None:
    assert all_components()["echo"].name == "whoami"
    profile = tmp_path / "mine.yaml"
    profile.write_text("tiers: [echo, observer]\necho: {replicas: 3}\n")
    out = tmp_path / "bundle"
    assert run(["render", str(profile), "-o", str(out)]) == 0
    services = yaml.safe_load((out / "compose.yml").read_text())["services"]
    assert {"whoami-1", "whoami-2", "whoami-3"} <= services.keys()
    assert services["whoami-1"]["volumes"] == ["./config/whoami:/etc/sdctl:ro"]
    assert (out / "config/whoami/whoami.conf").read_text() == "replicas=3 first=whoami-1\n"
    assert (out / "images/whoami/Dockerfile").is_file()


def test_a_fault_must_be_one_file_and_its_fields_its_options(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "stop-all" in all_faults()
    import subprocess
    import sys

    shown = subprocess.run(
        [sys.executable, "-m", "sdctl", "chaos", "stop-all", "--help"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Which.  [default: app]" in shown


def test_a_workload_must_be_one_file(plugins: Path) -> None:
    assert workloads()["pings"].summary == "GET / and nothing else"


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
