"""What the machine refuses, in the user's words: files, folders, disks."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.cli import exits
from sdctl.foundation.errors import NoSuchTarget, UsageError
from tests.unit.cli import ends

NOWHERE = "unix:///nonexistent/docker.sock"


@pytest.mark.parametrize(
    "words",
    [
        "up nosuch", "up lite --timeout x", "up lite --set a=b", "render nosuch",
        "chaos kill-leader nosuch", "chaos kill-leader gateway", "chaos kill-leader --rps -1",
        "chaos kill-leader --rps nan", "chaos pause --for 0s", "chaos pause --for 20m",
        "chaos fail-messages --rate 200%", "chaos fail-messages --for 2h", "chaos heal f-9",
        "load --seed 1_000", "load --seed ٣", "load --seed -1", "chaos run retries --seed 0x10",
        "compare a b --seed 1e3",
        "load --rps -1", "load --rps inf", "load --workload nosuch", "load --duration x",
        "load --assert foo", "load --ramp x", "load --processes 0", "load --out /dev/null/x",
        "scale app=x", "scale app", "scale app=-1", "scale =1", "scale app=1 app=2", "scale app=²",
        "bench failover nosuch", "bench failover --trials 0", "bench failover --out /dev/null/x",
        "logs --since x", "dlq replay", "verdict nosuch", "report nosuch", "selftest nosuch",
    ],
)  # fmt: skip
def test_usage_must_be_checked_before_docker_is_asked(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    with pytest.raises((UsageError, NoSuchTarget)):
        run(words.split())


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "this user may not use it"),
        (errno.EROFS, "the file system can only be read"),
        (errno.ENOTDIR, "a file is where a folder should be"),
        (errno.EISDIR, "it is a folder, not a file"),
        (errno.EIO, "the disk does not answer rightly"),
        (errno.EBUSY, "device or resource busy"),
    ],
)
def test_a_refused_file_must_be_one_sentence_with_its_path(number: int, said: str) -> None:
    told = exits.refused(OSError(number, os.strerror(number), "/a/b"))
    assert told.message == f"/a/b cannot be used: {said}"
    assert told.code == 2
    assert told.hint


@pytest.mark.parametrize("home", ["/dev/null", "/dev/null/deeper", "/proc/nothing"])
def test_a_state_folder_that_cannot_be_must_be_said(home: str) -> None:
    with ends.hello() as server:
        words = ("load", "--url", server.url, "--duration", "1s")
        done = ends.run(*words, SDCTL_HOME=home)
        assert done.returncode == 2, done.stderr
        assert home in done.stderr
        assert "SDCTL_HOME=FOLDER" in done.stderr
        assert ends.error_of(ends.run("--json", *words, SDCTL_HOME=home))["code"] == 2


def test_an_error_must_be_shown_as_it_was_said_not_as_markup() -> None:
    done = ends.run("--stack", "[bold]x[/bold]", "profiles")
    assert "'[bold]x[/bold]' cannot name a stack" in done.stderr
    done = ends.run("profiles", "b[red]x:smile:\x1b[2J")
    assert "b[red]x:smile:" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "env",
    [{"COLUMNS": "0"}, {"COLUMNS": "20"}, {"COLUMNS": "x"}, {"COLUMNS": "-3"}, {"TERM": "dumb"},
     {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "ascii"}, {"LANG": "C", "LC_ALL": "C"}],
)  # fmt: skip
def test_an_odd_terminal_must_harm_nothing(env: dict[str, str]) -> None:
    for words in (["--help"], ["profiles"], ["load", "--help"], ["report", "nope"]):
        done = ends.run(*words, **env)
        assert done.returncode in (0, 7), done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert (done.stdout or done.stderr).strip()


def test_colours_must_be_as_asked_for() -> None:
    def coloured(*words: str, **env: str) -> bool:
        return "\x1b[" in ends.run("report", "nope", *words, **env).stderr

    assert coloured(FORCE_COLOR="1")
    assert not coloured()
    assert not coloured(FORCE_COLOR="1", NO_COLOR="1")
    assert coloured(FORCE_COLOR="1", NO_COLOR="")
    assert not coloured("--no-color", FORCE_COLOR="1")


def test_a_bug_must_be_one_sentence_and_a_file(
    capsys: pytest.CaptureFixture[str], own_state: Path
) -> None:
    def wrong() -> int:
        raise KeyError("x")

    assert exits.of(wrong, as_json=True) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"] == "this is a bug in sdctl: KeyError: 'x'"
    [written] = (own_state / "bugs").iterdir()
    assert str(written) in error["hint"]
    assert "Traceback" in written.read_text()


def test_a_load_process_that_broke_must_be_one_sentence_too() -> None:
    broke = RuntimeError("Traceback (most recent call last):\n  File x\nValueError: no item\n")
    assert exits.bug(broke).message == "this is a bug in sdctl: RuntimeError: ValueError: no item"


def test_a_file_that_is_no_run_must_be_told_what_can_be_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDCTL_HOME", str(tmp_path))
    table = tmp_path / "t.csv"
    table.write_text("a,b")
    with pytest.raises(NoSuchTarget, match="is no run, and no file of a bench") as caught:
        run(["report", str(table)])
    assert "a fault's id (f-3)" in caught.value.hint
    assert "ends in .json" in caught.value.hint
    with pytest.raises(NoSuchTarget, match="there is no run 'zz'") as caught:
        run(["verdict", "zz"])
    assert "a fault's id (f-3)" in caught.value.hint


def test_a_current_folder_that_is_gone_must_be_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileNotFoundError) as error:
        run(["render", "lite", "-o", "b"])
    told = exits.refused(error.value)
    assert told.code == 2
    assert told.message == "the folder in which sdctl was started is not there any more"


def test_a_machine_without_memory_must_be_no_bug_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def more() -> int:
        return len(bytearray(2**62))

    assert exits.of(more, as_json=True) == 2
    assert "no more memory" in json.loads(capsys.readouterr().out)["error"]["message"]
