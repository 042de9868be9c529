"""A command killed at any moment harms nothing: `up` mends the stack, `down` leaves nothing.

One moment by default, ``--moments 60`` for the whole proof (about an hour, ``make
interruptions``). Which command, which signal and when is drawn by ``--moments-seed``, so a moment
that failed can be repeated.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.stacks import ROOT, Stack

LONGEST_S = 180.0
"""How long a command may go on after its signal: it heals, and says its figures."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is interrupted, and within which time after its start."""

    words: tuple[str, ...]
    within_s: float


COMMANDS = {
    "up": Command(words=("up", "lite"), within_s=25),
    "up --set": Command(words=("up", "--set", "cache.ttl=31s"), within_s=15),
    "scale": Command(words=("scale", "app=3"), within_s=10),
    "down": Command(words=("down",), within_s=8),
    "chaos kill-leader": Command(words=("chaos", "kill-leader", "--for", "20s"), within_s=30),
    "chaos pause": Command(words=("chaos", "pause", "gateway", "--for", "5s"), within_s=20),
    "chaos fail-messages": Command(
        words=("chaos", "fail-messages", "--rate", "50%", "--for", "5s"), within_s=20
    ),
    "load": Command(words=("load", "--rps", "50", "--duration", "10s"), within_s=12),
    "dlq replay": Command(words=("dlq", "replay", "--all"), within_s=3),
}
SIGNALS = {
    "KILL": (signal.SIGKILL,),
    "TERM": (signal.SIGTERM,),
    "INT": (signal.SIGINT,),
    "INT twice": (signal.SIGINT, signal.SIGINT),
}
CODES = {
    "KILL": (-signal.SIGKILL,),
    # before Python has read a line of sdctl the signal ends it by itself; a shell says 143 of both
    "TERM": (143, -signal.SIGTERM),
    "INT": (130,),
    "INT twice": (130,),
}


@dataclass(frozen=True)
class Moment:
    """One interruption."""

    command: str
    end: str
    after_s: float

    def __str__(self) -> str:
        return f"{self.command}, {self.end} after {self.after_s:.2f} s"


def moments(count: int, seed: int) -> list[Moment]:
    """Each command in turn, each signal in turn, at a time that is drawn, from 20 ms on."""
    rng = Random(seed)
    pairs = [(command, end) for end in SIGNALS for command in COMMANDS]
    rng.shuffle(pairs)
    drawn = []
    for number in range(count):
        command, end = pairs[number % len(pairs)]
        drawn.append(Moment(command, end, 0.02 + rng.random() ** 2 * COMMANDS[command].within_s))
    return drawn


@pytest.fixture(scope="module")
def stack(home: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    stack = Stack("e2e-cut", home, images=request.config.getoption("--images"))
    stack.run("down", code=None)
    try:
        yield stack
    finally:
        stack.run("down", code=None)


def interrupt(stack: Stack, moment: Moment) -> subprocess.CompletedProcess[str]:
    """Start the command and end it. Ctrl-C reaches the whole process group, as in a terminal; the
    others just the process, as `kill` does."""
    command = COMMANDS[moment.command]
    own = ("--set", f"gateway.port={stack.port}") if command.words[0] == "up" else ()
    process = subprocess.Popen(
        stack.command(*command.words, *own),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=stack.environment,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=moment.after_s)
    except subprocess.TimeoutExpired:
        for number, sign in enumerate(SIGNALS[moment.end]):
            if number:
                time.sleep(0.3)  # the second Ctrl-C of somebody who is impatient
            if sign is signal.SIGINT:
                os.killpg(process.pid, sign)
            else:
                process.send_signal(sign)
        out, err = process.communicate(timeout=LONGEST_S)
    return subprocess.CompletedProcess(command.words, process.returncode, out, err)


def harmed(stack: Stack, moment: Moment, *, last: bool) -> str:
    """What an interruption harmed, and how it was seen; empty: nothing."""
    if moment.command != "up" and not stack.containers():
        stack.up("lite")
    done = interrupt(stack, moment)
    try:
        assert "Traceback" not in done.stdout + done.stderr
        # 8 and 9: it had ended by itself, with a verdict
        assert done.returncode in (0, 8, 9, *CODES[moment.end])
        stack.up("lite")
        status = stack.json("status")
        assert status["healthy"]
        assert status["faults"] == []
        if moment.command in ("up", "down") or last:
            stack.run("down")
            assert stack.leftovers() == []
    except AssertionError as wrong:
        stack.run("down", code=None)
        return f"{moment}: exit {done.returncode}: {wrong}\n{done.stderr}"
    return ""


def test_a_command_that_is_killed_must_harm_nothing(
    stack: Stack, request: pytest.FixtureRequest
) -> None:
    count = request.config.getoption("--moments")
    seed = request.config.getoption("--moments-seed")
    found = []
    for number, moment in enumerate(moments(count, seed), start=1):
        found.append(harmed(stack, moment, last=number == count))
        print(f"{number:3} {moment}: {found[-1] or 'nothing harmed'}", flush=True)
    assert [text for text in found if text] == []
