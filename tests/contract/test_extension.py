"""A component, a fault and a workload, each one new file in a folder of the user's own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sdctl.chaos.phases.phases import LogLine, all_phases
from sdctl.cli.main import all_commands
from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.design.tier_components import components_of
from sdctl.faults.fault import all_faults
from sdctl.foundation.errors import InvalidProfile
from sdctl.guide.explaining import find
from sdctl.guide.tour import all_steps
from sdctl.guide.word import glossaries
from sdctl.selftest.checks.check import all_checks
from sdctl.targets.opening import all_targets
from sdctl.workloads.workload import all_workloads
from tests import extension
from tests.extension import write
from tests.unit.cli import ends

KINDS: dict[str, tuple[Callable[[], Any], str]] = {
    "components": (all_components, "COMPONENT"),
    "phases": (all_phases, "PHASES"),
    "faults": (all_faults, "FAULT"),
    "workloads": (all_workloads, "WORKLOAD"),
    "checks": (all_checks, "CHECK"),
    "commands": (all_commands, "COMMAND"),
    "steps": (all_steps, "STEP"),
    "glossary": (glossaries, "GLOSSARY"),
    "targets": (all_targets, "TARGET"),
}


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # the commands' help names the workloads once in a process, and must not name these
    all_commands()
    write(tmp_path)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    return tmp_path


def test_every_block_of_python_on_the_page_must_be_a_file_that_is_run() -> None:
    files = [name for name in extension.shown() if name.endswith(".py")]
    assert len(files) == extension.PAGE.read_text().count("```python\n")
    assert {Path(name).parent.name for name in files} == {*KINDS, "probes", "image"}


def test_a_folder_that_is_not_there_must_be_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path / "typo\udcff"))
    all_faults()
    all_workloads()
    assert capsys.readouterr().err.count(r"typo\udcff is left out: there is no such folder") == 1


def shown(*words: str) -> str:
    """What the command shows, from a process of its own: the tests that follow must not know these
    plug-ins."""
    done = ends.run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x = 1\n", "has no {constant}"),
        ("{constant} = 1\n", "{constant} is no|not a callable"),
        ("import nonsense\n", "No module named 'nonsense'"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("class Own(BaseException): ...\nraise Own(3)\n", "Own: 3"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_plug_in_must_be_named_and_block_no_other(
    text: str, complaint: str, kind: str, plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_of, constant = KINDS[kind]
    (plugins / kind).mkdir(exist_ok=True)
    (plugins / kind / "broken.py").write_text(text.format(constant=constant))
    assert all_of(), "the others are there"
    said = capsys.readouterr().err
    assert re.search(f"broken.py is left out: .*({complaint.format(constant=constant)})", said)
    all_of()
    assert capsys.readouterr().err == "", "it is told once"


def test_a_plug_in_that_may_never_end_must_be_named(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (plugins / "faults").mkdir(exist_ok=True)
    os.mkfifo(plugins / "faults" / "pipe.py")
    assert all_faults(), "the others are there"
    assert "pipe.py is left out: OSError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("faults/kill.py", "x = 1\n"),
        ("faults/mine.py", "from sdctl.faults.kill import FAULT\n"),
        ("commands/status.py", "def COMMAND(): ...\n"),
        ("workloads/mine.py", "from sdctl.workloads.ledger import WORKLOAD\n"),
        ("components/redis.py", "from sdctl.components.redis import COMPONENT\n"),
        ("components/mine.py", "from sdctl.components.redis import COMPONENT\n"),
    ],
)
def test_a_plug_in_must_take_nobodys_place(
    file: str, text: str, plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = file.partition("/")[0]
    all_of, _ = KINDS[kind]
    (plugins / file).parent.mkdir(exist_ok=True)
    (plugins / file).write_text(text)
    assert all_of(), "the others are there"
    said = capsys.readouterr().err
    assert f"{file} is left out: there is a " in said
    assert said.count("left out") == 1


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("mine.py", "PROBE = 1\n", "its PROBE is no Probe"),
        ("mine.py", "x = 1\n", "it has no PROBE"),
        ("mine.py", "PROBE =\n", "SyntaxError"),
        ("redis.py", "PROBE = Probe()\n", "there is a probe of this name already"),
    ],
)
def test_a_broken_probe_must_be_refused_before_anything_is_made(
    file: str, text: str, complaint: str, plugins: Path, tmp_path: Path
) -> None:
    (plugins / "probes" / file).write_text(text)
    done = ends.run("--json", "render", "lite", "-o", str(tmp_path / "bundle"))
    error = ends.error_of(done)
    assert done.returncode == 4
    assert f"probes/{file} cannot be used: {complaint}" in error["message"]


def test_broken_plug_ins_must_block_no_command_that_needs_none(plugins: Path) -> None:
    for kind in KINDS:
        (plugins / kind).mkdir(exist_ok=True)
        (plugins / kind / "broken.py").write_text("import nonsense\n")
    assert "standard" in shown("profiles")
    done = ends.run("--json", "load", "--workload", "broken")
    error = ends.error_of(done)
    assert (done.returncode, error["message"]) == (7, "there is no workload 'broken'")
    assert any("workloads/broken.py is left out" in line for line in error["details"])


def test_what_a_plug_in_prints_as_it_is_imported_must_not_be_among_results(plugins: Path) -> None:
    (plugins / "faults").mkdir(exist_ok=True)
    (plugins / "faults" / "loud.py").write_text('print("hello")\n')
    done = ends.run("--json", "chaos", "list")
    assert json.loads(done.stdout)
    assert "hello" in done.stderr


def test_an_error_inside_a_plug_in_must_name_its_file(plugins: Path) -> None:
    (plugins / "commands" / "wrong.py").write_text(
        'def COMMAND():\n    """Fail."""\n    {}[\'nosuch\']\n'
    )
    error = ends.error_of(ends.run("--json", "wrong"))
    assert error["message"] == (
        f"the plug-in {plugins}/commands/wrong.py failed in line 3: KeyError: 'nosuch'"
    )


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
