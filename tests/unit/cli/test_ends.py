"""Every end of a command: one sentence or one document, and the right exit code."""

from __future__ import annotations

import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from sdctl.cli import exits
from sdctl.foundation.errors import Interrupted
from sdctl.foundation.waiting import until
from sdctl.judge.day_comparison import DayComparison
from sdctl.judge.day_part import Steady
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.verdict import Verdict
from tests.unit.cli import ends
from tests.unit.cli.fake_docker import fake_docker


def test_json_after_the_dashes_must_be_somebody_elses() -> None:
    done = ends.run("shell", "database", "--", "--json")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("words", [["--version"], ["profiles"], ["profiles", "lite"]])
def test_json_must_be_one_document_also_when_asked_for_twice(words: list[str]) -> None:
    json.loads(ends.run("--json", *words, "--json").stdout)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sdctl up l", {"lite"}),
        ("sdctl up --set app.rep", {"app.replicas="}),
        ("sdctl shell data", {"database"}),
        ("sdctl inspect gate", {"gateway"}),
        ("sdctl load --workload h", {"hot-key"}),
        ("sdctl chaos kill", {"kill", "kill-leader"}),
        ("sdctl chaos run leader", {"leader-twice"}),
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
    done = ends.run(_SDCTL_COMPLETE="complete_bash", **words)
    assert (done.stderr, set(done.stdout.split())) == ("", offered)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"COMP_WORDS": "sdctl up"},
        {"COMP_WORDS": "sdctl\nup", "COMP_CWORD": "x"},
        {"COMP_WORDS": "sdctl up", "COMP_CWORD": ""},
    ],
)
def test_a_shell_that_says_not_where_it_is_must_be_offered_nothing(said: dict[str, str]) -> None:
    done = ends.run(_SDCTL_COMPLETE="complete_bash", **said)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_empty_variable_must_ask_for_no_completion_and_run_the_command_once() -> None:
    done = ends.run("--json", "runs", _SDCTL_COMPLETE="")
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_a_closed_stdin_must_be_one_at_its_end() -> None:
    look = "from sdctl.foundation import output; output.prepare(); import sys; "
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-c",
         look + "print(sys.stdin.isatty(), sys.stdin.read())"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("False \n", "")


def test_a_pipe_that_does_not_wait_must_get_everything() -> None:
    """Another process of the same pipe or terminal, such as Node.js, has made it so."""
    say = "output.prepare(); output.document('x' * 900_000); output.finish()"
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with subprocess.Popen(
        [sys.executable, "-c", f"from sdctl.foundation import output; {say}"],
        stdout=writer, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        os.close(writer)
        assert process.stderr is not None
        # it holds 64 KiB, and is full before anything is read
        full, _ = until(
            lambda: struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"0000"))[0],
            lambda size: bool(size > 60_000),
            timeout_s=20.0,
            every_s=0.05,
        )
        with os.fdopen(reader, "rb") as pipe:
            got = pipe.read()
        assert (full, process.stderr.read(), process.wait(20)) == (True, b"", 0)
    assert len(got) == len('""\n') + 900_000


def test_a_game_day_with_problems_must_touch_nothing_and_name_each_line(tmp_path: Path) -> None:
    path = tmp_path / "day.yaml"
    path.write_text("faults:\n  - fault: melt\n  - fault: pause\n    for: -1s\n")
    done = ends.run("--json", "chaos", "run", str(path))
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    # other tests' broken plug-ins are told, too
    assert [line.split(":")[0] for line in error["details"] if "line " in line] == [
        "line 2, fault 1, fault", "line 4, fault 2, for",
    ]  # fmt: skip
    assert ends.run("chaos", "run", "doomsday").returncode == 7
    listed = json.loads(ends.run("--json", "chaos", "days").stdout)
    assert len(listed) >= 3


def test_v_must_show_each_question_to_docker(tmp_path: Path) -> None:
    answers = {
        "/version": (200, {"ApiVersion": "1.45"}),
        "/containers/json": (200, []),
    }
    with fake_docker(tmp_path, answers) as host:
        done = ends.run("status", "-v", DOCKER_HOST=host)
        assert done.returncode == 7
        assert "docker GET /v1.4" in done.stderr
        assert "docker" not in ends.run("status", DOCKER_HOST=host).stderr


@pytest.mark.parametrize(
    ("not_well", "said", "hint"),
    [
        ([], "interrupted, and nothing is broken any more; the figures are those so far", ""),
        (
            ["app-1"],
            "interrupted, and no fault is on any more; app-1 is not well yet; the figures are "
            "those so far",
            "`sdctl status` shows when it is.",
        ),
        (
            ["a-1", "a-2", "a-3", "a-4", "a-5"],
            "interrupted, and no fault is on any more; a-1, a-2, a-3 and 2 more are not well yet; "
            "the figures are those so far",
            "`sdctl status` shows when they are.",
        ),
    ],
)
def test_an_interrupted_run_must_say_which_nodes_are_not_well_yet(
    not_well: list[str], said: str, hint: str
) -> None:
    ended = exits.interrupted(not_well)
    assert (ended.message, ended.hint, ended.code) == (said, hint, 130)


@pytest.mark.parametrize("unseen", [None, "the observer was away"])
def test_how_an_interrupted_run_ends_must_be_as_its_nodes_were_last_seen(
    unseen: str | None,
) -> None:
    facts = RunFacts(interrupted=True, ill_after={"app-1": "failing"}, unseen=unseen)
    whole = Verdict(run="r", facts=facts)
    day = DayVerdict(day="d", seed=1, before=Steady(), after=None, parts=(), assertions=(),
                     whole=whole)  # fmt: skip
    compared = DayComparison(day="d", seed=1, verdicts=(("a=1", day),))
    said = "app-1 is not well yet" if unseen is None else "nothing is broken any more"
    for verdict in (whole, day, compared):
        with pytest.raises(Interrupted, match=said):
            exits.of_verdict(verdict)
