"""The command line as a process of its own, ended in all the ways a process can be."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from sdctl.foundation.waiting import until

ROOT = Path(__file__).parents[3]
SDCTL = (sys.executable, "-m", "sdctl")
NO_DOCKER = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


class Hello(BaseHTTPRequestHandler):
    """Answers each GET with 200."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextlib.contextmanager
def hello() -> Iterator[str]:
    """The URL of a server that answers each GET with 200."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **NO_DOCKER, "PYTHONPATH": str(ROOT), **more}


def sdctl(*words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run to the end; no traceback whatever comes."""
    done = subprocess.run(
        [*SDCTL, *words], capture_output=True, text=True, env=environment(**env), cwd=cwd,
        check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "Traceback" not in done.stdout
    return done


def shell(line: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `sdctl` is a command; a failure anywhere in a pipe counts."""
    script = f'set -o pipefail; sdctl() {{ "{sys.executable}" -m sdctl "$@"; }}\n{line}'
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment(**env), check=False,
        timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one JSON document on stdout, which is an error."""
    document = json.loads(done.stdout)
    assert list(document) == ["error"], document
    error: dict[str, Any] = document["error"]
    assert error["code"] == done.returncode
    return error


def signalled(
    words: Sequence[str],
    *sent: tuple[float, signal.Signals],
    prefix: Sequence[str] = (),
    **env: str,
) -> subprocess.CompletedProcess[str]:
    """Run with signals to the whole process group, as a terminal sends them, so many seconds after
    its first line of ours: what Python itself does with a signal before is not in our hands. None
    of its processes may outlive it."""
    process = subprocess.Popen(
        [*prefix, *SDCTL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(**env), start_new_session=True,
    )  # fmt: skip
    try:
        while process.poll() is None and not _listens(process.pid):
            time.sleep(0.001)
        began = time.monotonic()
        for at, number in sent:
            try:
                process.wait(max(0.0, began + at - time.monotonic()))
                break
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, number)
        out, err = process.communicate(timeout=60)
        assert until(lambda: _session(process.pid), lambda left: not left, timeout_s=10) == (
            True,
            [],
        )
    finally:
        process.kill()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def _listens(pid: int) -> bool:
    """Whether the process has a handler for SIGTERM, which Python has not."""
    with contextlib.suppress(OSError, ValueError):
        status = Path(f"/proc/{pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


def _session(session: int) -> list[str]:
    """The command lines of the processes that live in a session."""
    lines = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                lines.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return lines
