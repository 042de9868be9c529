"""One command at a time changes a stack."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from sdctl.__main__ import run
from sdctl.chaos import repetition
from sdctl.chaos.experiment import SilentSteps
from sdctl.cli.context import Context
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation import waiting
from sdctl.foundation.errors import UsageError
from sdctl.judge.bench import Bench
from sdctl.judge.run_facts import RunFacts
from sdctl.load.options import LoadOptions
from sdctl.state.running import Running
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output
from tests.verdicts import verdict

HOLD = """
import sys
from sdctl.state.stack import Stack
with Stack("sdctl").lock("chaos pause"):
    print("held", flush=True)
    sys.stdin.read()
"""
LEAVE = """
import sys
from sdctl.targets.compose import tool
from sdctl.state.stack import Stack
words = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(3)"]
with Stack("sdctl").lock("up"):
    tool.run(words, lambda line: print(line, flush=True), changes_stack=True)
"""
ADD = """
import pathlib, sys
from sdctl.foundation.errors import UsageError
from sdctl.state.stack import Stack
count, made = pathlib.Path(sys.argv[1]), 0
while made < 30:
    try:
        with Stack("sdctl").lock("up"):
            before = int(count.read_text())
            count.write_text(str(before + 1))
            made += 1
    except UsageError:
        pass
"""


def test_a_second_command_must_be_told_who_holds_the_stack_and_since_when() -> None:
    with Stack("sdctl").lock("scale"), Stack("b").lock("up"):
        with pytest.raises(UsageError) as error, Stack("sdctl").lock("up"):
            pass
        assert re.fullmatch(
            rf"`sdctl scale` \(pid {os.getpid()}, begun \d+ m?s ago\) is working "
            "on the stack 'sdctl'",
            error.value.message,
        )
    with Stack("sdctl").lock("up"):
        pass


def test_who_only_looks_must_be_told_who_holds_the_stack_and_make_nothing(own_state: Path) -> None:
    assert Stack("sdctl").changed_by == ""
    assert list(own_state.iterdir()) == []
    with Stack("sdctl").lock("up"):
        assert re.match(rf"`sdctl up` \(pid {os.getpid()}, begun ", Stack("sdctl").changed_by)
    assert Stack("sdctl").changed_by == ""
    with Stack("sdctl").lock("up"):
        pass


def test_who_only_looks_must_keep_no_command_from_its_beginning() -> None:
    """To see whether a lock is free one takes it, for a moment."""
    path = Stack("sdctl").folder / "lock"
    path.parent.mkdir(parents=True)
    with path.open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_EX)
        threading.Timer(0.3, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        with Stack("sdctl").lock("up"):
            assert Stack("sdctl").changed_by


def test_two_that_look_at_one_moment_must_both_see_that_nobody_holds_it() -> None:
    """The file may be what a killed command left, with its name in it."""
    path = Stack("sdctl").folder / "lock"
    path.parent.mkdir(parents=True)
    with path.open("w+") as looking:
        looking.write('{"command": "up", "pid": 4000000, "born": 1, "since": 1780000000.0}')
        looking.flush()
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert Stack("sdctl").changed_by == ""


@pytest.mark.slow("a holder that says nothing is given time to do so")
def test_a_holder_that_does_not_say_who_it_is_must_be_refused_for_all_the_same() -> None:
    path = Stack("sdctl").folder / "lock"
    path.parent.mkdir(parents=True)
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another sdctl is working"):
            Stack("sdctl").lock("up").__enter__()


def test_the_lock_of_a_killed_command_must_be_free() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=rf"`sdctl chaos pause` \(pid {holder.pid}"):
            Stack("sdctl").lock("up").__enter__()
        holder.kill()
    with Stack("sdctl").lock("up"):
        pass


def has_ended(process: int) -> bool:
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.slow("what is left at work is waited for")
def test_what_a_killed_command_left_at_work_must_be_waited_for() -> None:
    """It changes the stack still: two at once would cross."""
    with subprocess.Popen(
        [sys.executable, "-c", LEAVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        holder.kill()
    with Stack("sdctl").lock("up"):
        # a process gives its lock back a moment before the kernel says that it has ended
        assert waiting.until(lambda: has_ended(child), bool, timeout_s=1.5, every_s=0.01)[0]


def test_a_command_that_made_nothing_must_leave_nothing(own_state: Path) -> None:
    stack = Stack("sdctl")
    with stack.lock("up"):
        assert stack.folder.is_dir()
    assert list(own_state.iterdir()) == []


def test_the_file_must_be_the_owners_alone() -> None:
    with Stack("sdctl").lock("up"):
        assert (Stack("sdctl").folder / "lock").stat().st_mode & 0o077 == 0


@pytest.mark.slow("a holder that says nothing is given time to do so")
@pytest.mark.parametrize(
    "said",
    ["", "pid 12", "{}", "[]", "[" * 200_000, '{"command": "up", "since": "x"}',
     '{"command": "up", "pid": 1, "born": null, "since": 1e300}'],
)  # fmt: skip
def test_a_holder_that_said_nothing_readable_must_still_hold_it(said: str) -> None:
    with Stack("sdctl").lock("up"):
        (Stack("sdctl").folder / "lock").write_text(said)
        with pytest.raises(UsageError, match="another sdctl is working"):
            Stack("sdctl").lock("down").__enter__()


def test_commands_that_remove_the_folder_must_never_cross(tmp_path: Path) -> None:
    """Each takes and removes lock and folder as fast as it can; were two in at once, a count
    would be lost."""
    count = tmp_path / "count"
    count.write_text("0")
    with ExitStack() as ends:
        for _ in range(3):
            ends.enter_context(subprocess.Popen([sys.executable, "-c", ADD, str(count)]))
    assert count.read_text() == "90"
    assert not Stack("sdctl").folder.exists()


def test_a_lock_must_be_held_by_one_thread_alone() -> None:
    """An error, not a wait: it is the kernel's lock on each opened file."""
    seen: list[str] = []

    def other() -> None:
        try:
            with Stack("sdctl").lock("up"):
                seen.append("in")
        except UsageError as error:
            seen.append(error.message)

    with Stack("sdctl").lock("down"):
        thread = threading.Thread(target=other)
        thread.start()
        waiting.until(lambda: seen, bool, timeout_s=10)
        thread.join()
    assert "`sdctl down`" in seen[0]


def test_a_bench_must_hold_the_stack_from_its_first_trial_to_its_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    class Ended:
        facts = RunFacts()

        def to_json(self) -> dict[str, Any]:
            return verdict()

    def attempt(*_: object) -> Ended:
        with pytest.raises(UsageError, match="`sdctl bench kill-leader`"):
            Stack("sdctl").lock("up").__enter__()
        seen.append(1)
        return Ended()

    monkeypatch.setattr(repetition, "conduct", attempt)
    monkeypatch.setattr(repetition, "well", lambda look: None)
    running = Running(RecordingTarget(), Stack("sdctl"))
    bench = Bench(tier="cache", how="kill", rps=1, profile="lite", settings={}, sdctl="", host={},
                  started_at="")  # fmt: skip
    repetition.repeat(
        running,
        KillLeader(),
        bench,
        LoadOptions(rps=1),
        SilentSteps(),
        trials=2,
        keep=lambda grown: None,
    )
    assert len(seen) == 2
    with Stack("sdctl").lock("up"):
        pass


def test_dead_letters_must_not_be_deleted_while_another_command_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = Instance(
        node="worker-1", tier="worker", component="worker", state="running", image="x"
    )
    said = Output(0, '{"purged": 2, "replayed": []}', "")
    engine = RecordingTarget([worker], outputs=lambda op: said)
    monkeypatch.setattr(Context, "engine", engine)
    with Stack("sdctl").lock("chaos run d"):
        with pytest.raises(UsageError, match=r"`sdctl chaos run d`.* is working on the stack"):
            run(["dlq", "purge"])
        assert engine.ops == []
        assert run(["dlq", "replay", "--all"]) == 0
    assert run(["dlq", "purge"]) == 0


WHY = "of `late`"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("purge", f"delete: 2 dead letters {WHY} (m-1, m-2)\n2 dead letters in all\n"),
        ("replay --all", f"try again: 2 dead letters {WHY} (m-1, m-2)\n2 dead letters in all\n"),
        ("replay m-2", f"try again: 1 dead letter {WHY} (m-2)\n1 dead letter in all\n"),
    ],
)
def test_a_dry_run_must_say_which_dead_letters_it_would_touch(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Instance(
        node="worker-1", tier="worker", component="worker", state="running", image="x"
    )
    listed = Output(
        0, '{"letters": [{"id": "m-1", "error": "late"}, {"id": "m-2", "error": "late"}]}', ""
    )
    real = RecordingTarget([worker], outputs=lambda op: listed)
    monkeypatch.setattr(Context, "engine", RecordingTarget(reads=real))
    assert run(["--dry-run", "dlq", *words.split()]) == 0
    assert capsys.readouterr().out == said
    assert [op.command[-1] for op in real.ops if isinstance(op, Exec)] == ["list"]
