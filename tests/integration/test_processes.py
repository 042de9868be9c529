"""Every end that a command can come to as a process: signals, readers that go away, full disks."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli import ends

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
CODES = {INT: 130, TERM: 143, HUP: 129}


@pytest.fixture
def hello() -> Iterator[ends.Hello]:
    with ends.hello() as server:
        yield server


@pytest.mark.parametrize(
    ("at", "number"), [(0.0, INT), (0.05, INT), (0.2, INT), (0.5, INT), (0.1, TERM), (0.3, HUP)]
)
def test_a_signal_while_it_loads_must_end_it_in_one_document(
    at: float, number: signal.Signals, hello: ends.Hello
) -> None:
    words = ["--json", "load", "--url", hello.url, "--duration", "20s"]
    done = ends.signalled(words, (at, number))
    assert done.returncode == CODES[number], done.stderr
    document = json.loads(done.stdout)
    if "error" in document:
        assert document["error"]["code"] == CODES[number]
        assert done.stderr == ""
    else:  # on a quick machine the load has begun: its figures, and the reason beside them
        assert document["requests"]["sent"] >= 0
        assert done.stderr.startswith("ended: interrupted")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [INT, TERM, HUP])
def test_a_signal_in_a_load_must_give_the_figures_so_far(
    number: signal.Signals, hello: ends.Hello
) -> None:
    words = ["--json", "load", "--url", hello.url, "--rps", "100", "--duration", "60s"]
    sent = [(0.0, number), (0.7, number)]
    done = ends.signalled(words, *sent, when=lambda: hello.answered > 20)
    assert done.returncode == CODES[number], done.stderr
    assert json.loads(done.stdout)["requests"]["ok"] > 10
    assert "ended: interrupted" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_signal_in_a_load_must_show_people_the_figures_so_far(hello: ends.Hello) -> None:
    words = ["load", "--url", hello.url, "--rps", "100", "--duration", "60s"]
    told = ends.signalled(words, (0.0, INT), when=lambda: hello.answered > 20)
    assert told.returncode == CODES[INT]
    assert "response" in told.stdout
    assert "ended: interrupted" in told.stderr
    assert "Traceback" not in told.stderr


def test_nohup_must_go_on_when_the_terminal_is_closed(hello: ends.Hello) -> None:
    words = ["--json", "load", "--url", hello.url, "--rps", "100", "--duration", "1s"]
    done = ends.signalled(words, (0.0, HUP), when=lambda: hello.answered > 20, prefix=("nohup",))
    assert done.returncode in (0, 9), done.stderr  # 9: the machine was too busy
    assert json.loads(done.stdout)["duration_s"] >= 1.0


@pytest.mark.parametrize(
    "line",
    [
        "sdctl profiles | head -1",
        "sdctl profiles standard | head -1",
        "sdctl render standard | head -1",
        "sdctl --help | head -1",
        "sdctl --json profiles | head -c 1",
        "sdctl chaos list --help | true",
        "sdctl profiles >&-",
        "sdctl profiles 2>&-",
        "sdctl profiles >&- 2>&-",
        "sdctl --json profiles >&-",
        "sdctl profiles <&- >/dev/null",
    ],
)
def test_whoever_does_not_read_must_hear_nothing(line: str) -> None:
    done = ends.shell(line)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_exit_code_must_be_as_earned_also_when_nobody_reads() -> None:
    assert ends.shell("sdctl report nope 2>&-").returncode == 7
    assert ends.shell("sdctl report nope 2>&1 | true").returncode == 7
    assert ends.shell("sdctl --json report nope >&-").returncode == 7


@pytest.mark.parametrize("words", ["profiles standard", "chaos days", "--help"])
def test_a_full_disk_must_be_said_of_results_too_and_once(words: str) -> None:
    done = ends.shell(f"sdctl {words} >/dev/full")
    assert done.returncode == 2
    assert done.stderr.count("error: the output (stdout) cannot be used: the disk is full") == 1


def test_a_full_disk_must_be_said_of_a_document_too() -> None:
    assert ends.shell("sdctl --json profiles >/dev/full").returncode == 2


def test_a_disk_that_gets_full_under_way_must_end_the_run(tmp_path: Path) -> None:
    with ends.hello() as hello:
        line = f"ulimit -f 4; sdctl --json load --url {hello.url} --rps 400 --duration 20s"
        # or the limit would cut Python's own caches short
        done = ends.shell(line, SDCTL_HOME=str(tmp_path), PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 2, done.stderr
    assert "may not grow further" in ends.error_of(done)["message"]
    assert str(tmp_path) in ends.error_of(done)["message"]


def test_figures_for_whose_file_there_is_no_room_must_be_shown() -> None:
    with ends.hello() as hello:
        line = f"sdctl load --url {hello.url} --rps 20 --duration 1s --out /dev/full"
        done = ends.shell(line)
    assert done.returncode == 2
    assert "response" in done.stdout
    assert "error: /dev/full cannot be used: the disk is full" in done.stderr


def test_work_must_go_on_when_nobody_reads_the_words_for_people(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ends.hello() as hello:
        line = f"sdctl load --url {hello.url} --rps 20 --duration 6s 2>&1 >{out} | true"
        assert ends.shell(line).returncode in (0, 9)  # 9: the machine was too busy
    assert "response" in out.read_text()
