"""A component, a fault and a workload, each one new file in a folder of the user's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sdctl.chaos.phases.phases import LogLine, all_phases
from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.design.tier_components import components_of
from sdctl.faults.fault import all_faults
from sdctl.foundation.errors import InvalidProfile
from sdctl.guide.explaining import find
from sdctl.selftest.checks.check import all_checks
from sdctl.targets.opening import all_targets
from sdctl.workloads.workload import all_workloads
from tests import extension
from tests.contract.plugin_kinds import KINDS, shown


def test_every_block_of_python_on_the_page_must_be_a_file_that_is_run() -> None:
    files = [name for name in extension.shown() if name.endswith(".py")]
    assert len(files) == extension.PAGE.read_text().count("```python\n")
    assert {Path(name).parent.name for name in files} == {*KINDS, "probes", "image"}


def helped(*words: str) -> str:
    """What a command's help shows, from a new Python: a process reads it once."""
    command = [sys.executable, "-m", "sdctl", *words, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_component_must_be_one_file_and_its_templates(plugins: Path, tmp_path: Path) -> None:
    assert all_components()["echo"].name == "whoami"
    profile = tmp_path / "mine.yaml"
    profile.write_text("tiers: [echo]\necho: {replicas: 3}\n")
    out = tmp_path / "bundle"
    shown("render", str(profile), "-o", str(out))
    services = yaml.safe_load((out / "compose.yml").read_text())["services"]
    assert {"whoami-1", "whoami-2", "whoami-3"} <= services.keys()
    assert services["whoami-1"]["volumes"] == ["./config/whoami:/etc/sdctl:ro"]
    assert (out / "config/whoami/whoami.conf").read_text() == "replicas=3 first=whoami-1\n"
    assert (out / "images/whoami/Dockerfile").is_file()


def test_the_observer_must_reach_a_component_on_its_own_network_with_its_password_and_probe(
    plugins: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "mine.yaml"
    profile.write_text("tiers: [echo, observer]\n")
    out = tmp_path / "bundle"
    shown("render", str(profile), "-o", str(out))
    compose = yaml.safe_load((out / "compose.yml").read_text())
    assert compose["networks"]["private"]["internal"] is True
    observer = compose["services"]["observer-1"]
    assert "private" in observer["networks"]
    assert observer["environment"]["WHOAMI_SECRET"] == "${SDCTL_WHOAMI:?}"
    topology = json.loads((out / "config/observer/topology.json").read_text())
    [node] = topology["tiers"]["echo"]["nodes"]
    assert node["logins"]["http"]["variable"] == "WHOAMI_SECRET"
    probe = out / "images/python/sdctl/observer/probes/whoami.py"
    assert probe.read_text() == (plugins / "probes/whoami.py").read_text()


def test_a_variant_of_a_tier_must_be_one_file(plugins: Path) -> None:
    (plugins / "components" / "couch.py").write_text(
        "import dataclasses\n"
        "from sdctl.components.ferretdb import COMPONENT as FERRETDB\n"
        "COMPONENT = dataclasses.replace(FERRETDB, name='couch', server='couch')\n"
    )
    tiers = ["consensus", "documents", "observer"]
    made = validation.validate("p", {"tiers": tiers, "documents": {"server": "couch"}})
    assert components_of(made)["documents"].name == "couch"
    with pytest.raises(InvalidProfile) as refused:
        validation.validate("p", {"tiers": tiers, "documents": {"server": "nonsense"}})
    [problem] = refused.value.problems
    assert str(problem) == (
        "documents.server: 'nonsense' cannot be; allowed is auto, mongodb, couch or ferretdb"
    )


def test_a_fault_must_be_one_file_and_its_fields_its_options(plugins: Path) -> None:
    assert "stop-all" in all_faults()
    assert "Which tier.  [default: app]" in helped("chaos", "stop-all")


def test_a_workload_must_be_one_file(plugins: Path) -> None:
    assert all_workloads()["pings"].summary == "GET / and nothing else"
    assert "pings" in helped("load")


def test_a_fault_must_bring_its_own_ending(plugins: Path) -> None:
    assert type(all_faults()["stop-all"].ending).__name__ == "UntilAllAreDown"


def test_what_others_publish_and_what_is_predicted_must_stand_with_the_component(
    plugins: Path,
) -> None:
    whoami = all_components()["echo"]
    assert [band.name for band in whoami.published] == ["Others"]
    assert whoami.predict is not None
    assert whoami.predict(None, "kill") is not None


def test_phases_must_be_one_file(plugins: Path) -> None:
    line = LogLine(node="whoami-1", at=3.0, text="I lead")
    assert all_phases()["whoami"]([line], "whoami-1").promoted == 3.0


def test_a_check_must_be_one_file(plugins: Path) -> None:
    assert "sums" in {check.name for check in all_checks()}
    assert "all 2 as expected" in shown("selftest", "--offline", "sums")


def test_a_command_must_be_one_file(plugins: Path) -> None:
    assert shown("--stack", "mine", "hello", "--name", "me") == "mine greets me\n"


def test_a_target_must_be_one_file(plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(all_targets()) == {"compose", "kubernetes", "paper"}
    monkeypatch.setenv("SDCTL_TARGET", "paper")
    status = json.loads(shown("--json", "status"))
    [node] = status["tiers"]["echo"]["nodes"]
    assert (node["name"], node["state"], node["health"]) == ("paper-1", "running", "unknown")


def test_a_tier_that_explains_nothing_must_be_found_by_its_summary(plugins: Path) -> None:
    for word in ("echo", "whoami"):
        assert find(word)[0].text == "It says who it is."


def test_files_of_one_folder_must_share_what_a_file_with_an_underscore_has(plugins: Path) -> None:
    folder = plugins / "workloads"
    (folder / "_shared.py").write_text("SUMMARY = 'what both do'\n")
    for name in ("one", "two"):
        (folder / f"{name}.py").write_text(
            "from ._shared import SUMMARY\nfrom .pings import Pings\n\n\n"
            f"class Mine(Pings):\n    name = {name!r}\n    summary = SUMMARY\n\n\nWORKLOAD = Mine\n"
        )
    found = all_workloads()
    assert [found[name].summary for name in ("one", "two")] == ["what both do"] * 2
    assert "_shared" not in found
    assert issubclass(found["one"], found["pings"]), "no file is run twice"


def test_a_plug_in_must_be_run_once(plugins: Path) -> None:
    assert all_workloads()["pings"] is all_workloads()["pings"]
    assert all_faults()["stop-all"] is all_faults()["stop-all"]
