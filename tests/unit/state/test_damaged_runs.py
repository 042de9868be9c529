"""A run's files that are damaged are named once and passed over."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.faults.fault import all_faults
from sdctl.judge import runs
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.ledger_file import LedgerFile
from sdctl.load import announcement
from sdctl.state.stack import Stack

STACK = Stack("sdctl")


def test_a_damaged_ledger_must_tell_what_it_can_and_not_be_complete(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger("a", path=path)
    for number in range(3):
        ledger.append(Write(f"a-{number}", 1.0, 2.0, "acknowledged", "x"))
    ledger.close()
    assert LedgerFile(path).complete
    lines = path.read_text().splitlines()
    for broken in (
        "{", "[]", "3", '{"key": "a-1"}', lines[2].replace("acknowledged", "fine"),
        lines[2].replace('"x"', "[]"), re.sub(r'"sent_s":[^,]*', '"sent_s":NaN', lines[2]),
    ):  # fmt: skip
        path.write_text("\n".join([*lines[:2], broken, *lines[3:], ""]))
        read = LedgerFile(path)
        assert [write.key for write in read.writes()] == ["a-0", "a-2"]
        assert not read.complete


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "3"])
def test_a_runs_damaged_files_must_count_as_not_there(text: str) -> None:
    made = runs.folder(STACK, "abc")
    for name in ("run.json", "result.json", "verdict.json", "series.jsonl", "ledger.jsonl"):
        (made.path / name).write_text(text)
    assert [made.read(name) for name in ("run", "result", "verdict")] == [None, None, None]
    assert list(made.series()) == []
    assert made.ledger_file() is None
    assert runs.find(STACK, "last", {}).run == "abc"
    assert run(["report", "abc"]) == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.json", '{"schedule": 5}'),
        ("run.json", '{"started_at": 5}'),
        ("verdict.json", '{"verdict": "pass"}'),
        ("verdict.json", '{"fault": "f-1"}'),
        ("verdict.json", '{"nodes": {"ill_after": NaN}}'),
        ("verdict.json", '{"nodes": {"ill_after": 5}}'),
        ("verdict.json", '{"rto_ms": 1e999}'),
        ("result.json", '{"requests": []}'),
        ("series.jsonl", '{"at_s": "x"}'),
    ],
)
def test_a_runs_file_that_holds_something_else_must_be_named_and_passed_over(
    name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runs.folder(STACK, "abc")
    (made.path / name).write_text(f"{text}\n")
    assert run(["report", "abc"]) == 0
    told = capsys.readouterr().err
    assert f"{made.path / name} is passed over" in told
    assert (made.path / "report.html").is_file()


@pytest.mark.parametrize("name", ["run.json", "ledger.jsonl", "series.jsonl"])
@pytest.mark.parametrize("how", ["a link to nowhere", "a link to itself", "a folder"])
def test_what_is_there_and_cannot_be_read_must_be_named(
    name: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runs.folder(STACK, "abc")
    made.write("verdict", {"verdict": "pass"})
    path = made.path / name
    if how == "a folder":
        path.mkdir()
    else:
        path.symlink_to(path if how == "a link to itself" else "/nowhere")
    assert run(["report", "abc"]) == 0
    assert f"{path} is passed over: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["series.jsonl", "samples.jsonl"])
def test_damaged_lines_must_be_counted_and_a_cut_off_last_one_be_none(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runs.folder(STACK, "abc")
    path = made.path / name
    path.write_text('{"at_s": 1}\nx\n\x00\n{"at_s": 2}\n{"at')
    seen = made.series() if name == "series.jsonl" else made.samples()
    assert list(seen) == [{"at_s": 1}, {"at_s": 2}]
    assert capsys.readouterr().err == f"warning: {path}: 2 damaged lines are passed over\n"
    path.write_text('{"at_s": 1}\n{"at')
    assert len([*made.series(), *made.samples()]) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "text", ["", "[]", '{"pid": 1}', '{"pid": "a", "ledger": 3}', '{"pid": 99999999999999999999}']
)
def test_a_damaged_announcement_must_be_no_load(text: str) -> None:
    STACK.history.mkdir(parents=True)
    (STACK.history / "load.json").write_text(text)
    assert announcement.running(STACK) is None


@pytest.mark.parametrize("started_at", ["1e300", "-1e12", "0", "true", '"now"', "1" + "0" * 400])
def test_a_ledger_that_began_at_no_moment_must_be_named_and_hold_up_no_list(
    started_at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runs.folder(STACK, "abc")
    made.ledger.write_text(f'{{"run": "abc", "started_at": {started_at}}}\n')
    assert run(["runs"]) == 0
    assert f"{made.ledger} is passed over" in capsys.readouterr().err


@pytest.mark.parametrize("at", [0, -1e10, 1e14])
def test_a_runs_folder_of_any_time_must_be_listed(
    at: float, capsys: pytest.CaptureFixture[str]
) -> None:
    made = runs.folder(STACK, "abc")
    made.write("run", {"kind": "load"})
    os.utime(made.path, (at, at))
    assert run(["--json", "runs"]) == 0
    assert '"run": "abc"' in capsys.readouterr().out


def test_a_write_at_no_moment_must_count_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger("a", path=path)
    ledger.append(Write("a-0", 1.0, 2.0, "acknowledged", "x"))
    ledger.close()
    head, line, *rest = path.read_text().splitlines()
    for moment in ("1" + "0" * 400, "1e300", "-1e12"):
        ill = re.sub(r'"sent_s":[^,]*', f'"sent_s":{moment}', line)
        path.write_text("\n".join([head, ill, *rest, ""]))
        read = LedgerFile(path)
        assert (read.writes(), read.complete) == ([], False)


@contextmanager
def as_user() -> Iterator[None]:
    """Without the rights of root, who may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_run_of_another_user_must_be_named_and_the_rest_listed(
    mode: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        monkeypatch.setenv("SDCTL_HOME", home)
        for name in ("mine", "theirs"):
            runs.folder(STACK, name).write("run", {"kind": "load"})
        theirs = runs.folder(STACK, "theirs").path
        theirs.chmod(mode)
        with as_user():
            assert [found.run for found in runs.all_runs(STACK)] == ["mine"]
        theirs.chmod(0o755)
    assert f"{theirs} is passed over: this user may not look into it" in capsys.readouterr().err


def test_plug_ins_of_another_user_must_be_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory() as above:
        (Path(above) / "mine").mkdir()
        Path(above).chmod(0)
        monkeypatch.setenv("SDCTL_PLUGINS", f"{above}/mine")
        with as_user():
            assert "pause" in all_faults()
    said = f"warning: the plug-in {above}/mine is left out: this user may not look into it\n"
    assert capsys.readouterr().err == said
