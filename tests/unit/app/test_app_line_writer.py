"""Lines: in order, none lost but by a kill, and those that come together written together."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys

import pytest

from sdctl.app.line_writer import TOGETHER_S, LineWriter
from sdctl.app.logs import reason

SLACK_S = 5.0
"""What a busy machine may be late."""

PROGRAM = """
import asyncio, os, signal
from sdctl.app.logs import start_logging

async def main():
    log = start_logging("app-1")
    log.request("one", began=0.0)
    log.info("two")
    log.request("three", began=0.0)
    {ending}

asyncio.run(main())
"""


def run(ending: str) -> tuple[list[str], int]:
    """The lines of a process that ends like this, and its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(ending=ending)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout.splitlines(), done.returncode


def test_lines_that_come_together_must_be_written_together_and_soon() -> None:
    async def scenario() -> list[bytes]:
        written: list[bytes] = []
        lines = LineWriter(written.append)
        for text in (b"a", b"b", b"c"):
            lines.soon(text)
        assert written == []
        async with asyncio.timeout(TOGETHER_S + SLACK_S):
            while not written:
                await asyncio.sleep(0.01)
        lines.soon(b"d")
        async with asyncio.timeout(TOGETHER_S + SLACK_S):
            while len(written) < 2:
                await asyncio.sleep(0.01)
        return written

    assert asyncio.run(scenario()) == [b"a\nb\nc\n", b"d\n"]


def test_a_line_that_cannot_wait_must_come_after_those_that_do() -> None:
    async def scenario() -> list[bytes]:
        written: list[bytes] = []
        lines = LineWriter(written.append)
        lines.soon(b"a")
        lines.now(b"b")
        return written

    assert asyncio.run(scenario()) == [b"a\nb\n"]


@pytest.mark.parametrize("ending", ["pass", "raise SystemExit(0)"])
def test_a_process_that_ends_must_leave_no_line_behind(ending: str) -> None:
    lines, code = run(ending)
    assert code == 0
    assert [f'"message":"{text}"' in line for text, line in
            zip(("one", "two", "three"), lines, strict=True)] == [True] * 3  # fmt: skip


def test_a_process_that_is_killed_must_have_written_what_could_not_wait() -> None:
    lines, code = run("os.kill(os.getpid(), signal.SIGKILL)")
    assert code == -signal.SIGKILL
    assert len(lines) == 2
    assert '"message":"two"' in lines[1]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ConnectionRefusedError(111, "Connect call failed ('10.0.0.1', 5432)"),
            "connection refused",
        ),
        (socket.gaierror(-2, "Name or service not known"), "name not found (not running)"),
        (OSError(-3, "Temporary failure in name resolution"), "name not found (not running)"),
        (
            ConnectionError("Server connection reset: ConnectionResetError(104, 'by peer')"),
            "Server connection reset",
        ),
        (TimeoutError(), "no answer in time"),
        (ValueError("one\ntwo"), "one"),
    ],
)
def test_why_a_dependency_is_away_must_be_said_without_numbers(error: Exception, said: str) -> None:
    assert reason(error) == said
