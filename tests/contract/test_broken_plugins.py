"""Plug-ins that cannot be used: each is named, and blocks nothing but itself."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from sdctl.faults.fault import all_faults
from sdctl.workloads.workload import all_workloads
from tests.contract.plugin_kinds import KINDS, shown
from tests.unit.cli import ends


def test_a_folder_that_is_not_there_must_be_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path / "typo\udcff"))
    all_faults()
    all_workloads()
    assert capsys.readouterr().err.count(r"typo\udcff is left out: there is no such folder") == 1


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
