"""Every end of a command: one sentence or one document, and the right exit code."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli import ends
from tests.unit.cli.fake_docker import fake_docker

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
CODES = {INT: 130, TERM: 143, HUP: 129}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ends.hello() as found:
        yield found


@pytest.mark.parametrize(
    ("at", "number"), [(0.0, INT), (0.05, INT), (0.2, INT), (0.5, INT), (0.1, TERM), (0.3, HUP)]
)
def test_a_signal_while_it_loads_must_end_it_in_one_document(
    at: float, number: signal.Signals, url: str
) -> None:
    done = ends.signalled(["--json", "load", "--url", url, "--duration", "20s"], (at, number))
    assert done.returncode == CODES[number], done.stderr
    document = json.loads(done.stdout)
    if "error" in document:
        assert document["error"]["code"] == CODES[number]
        assert done.stderr == ""
    else:  # on a quick machine the load has begun: its figures, and the reason beside them
        assert document["requests"]["sent"] >= 0
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [INT, TERM, HUP])
def test_a_signal_in_a_load_must_give_the_figures_so_far(number: signal.Signals, url: str) -> None:
    words = ["load", "--url", url, "--rps", "50", "--duration", "60s"]
    done = ends.signalled(["--json", *words], (3.0, number), (3.7, number))
    assert done.returncode == CODES[number], done.stderr
    assert json.loads(done.stdout)["requests"]["ok"] > 10
    assert "Traceback" not in done.stderr
    told = ends.signalled(words, (3.0, number))
    assert told.returncode == CODES[number]
    assert "response" in told.stdout
    assert "error: " in told.stderr
    assert "Traceback" not in told.stderr


def test_nohup_must_go_on_when_the_terminal_is_closed(url: str) -> None:
    words = ["--json", "load", "--url", url, "--duration", "2s"]
    done = ends.signalled(words, (1.5, HUP), prefix=("nohup",))
    assert done.returncode in (0, 9), done.stderr  # 9: the machine was too busy
    assert json.loads(done.stdout)["duration_s"] >= 2.0


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


def test_work_must_go_on_when_nobody_reads_the_words_for_people(url: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    line = f"sdctl load --url {url} --rps 20 --duration 6s 2>&1 >{out} | true"
    assert ends.shell(line).returncode in (0, 9)  # 9: the machine was too busy
    assert "response" in out.read_text()


def test_a_full_disk_must_be_said_of_results_too() -> None:
    done = ends.shell("sdctl profiles standard >/dev/full")
    assert done.returncode == 2
    assert "stdout" in done.stderr
    assert "disk is full" in done.stderr
    assert ends.shell("sdctl --json profiles >/dev/full").returncode == 2


def test_json_after_the_dashes_must_be_somebody_elses() -> None:
    done = ends.sdctl("shell", "database", "--", "--json")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("words", [["--version"], ["profiles"], ["profiles", "lite"]])
def test_json_must_be_one_document_also_when_asked_for_twice(words: list[str]) -> None:
    json.loads(ends.sdctl("--json", *words, "--json").stdout)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sdctl up l", {"lite"}),
        ("sdctl up --set app.rep", {"app.replicas="}),
        ("sdctl shell data", {"database"}),
        ("sdctl inspect gate", {"gateway"}),
        ("sdctl load --workload h", {"hot-key"}),
        ("sdctl chaos kill", {"kill-leader"}),
        ("sdctl chaos kill-leader --how k", {"kill"}),
        ("sdctl scale app", {"app="}),
        ("sdctl report l", {"last"}),
        ("sdctl --stack a/b report l", set()),
    ],
)
def test_a_shell_must_be_offered_what_there_is_also_without_docker(
    line: str, offered: set[str]
) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    done = ends.sdctl(_SDCTL_COMPLETE="complete_bash", **words)
    assert (done.stderr, set(done.stdout.split())) == ("", offered)


def test_v_must_show_each_question_to_docker(tmp_path: Path) -> None:
    answers = {
        "/version": (200, {"ApiVersion": "1.45"}),
        "/containers/json": (200, []),
    }
    with fake_docker(tmp_path, answers) as host:
        done = ends.sdctl("status", "-v", DOCKER_HOST=host)
        assert done.returncode == 7
        assert "docker GET /v1.4" in done.stderr
        assert "docker" not in ends.sdctl("status", DOCKER_HOST=host).stderr
