"""The command line as a process of its own, ended in all the ways a process can be."""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import sdctl.cli
import sdctl.targets
import sdctl.terminal
from sdctl.__main__ import main
from sdctl.foundation.waiting import until

ROOT = Path(__file__).parents[3]
SDCTL = (sys.executable, "-m", "sdctl")
NO_DOCKER = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


class Hello(ThreadingHTTPServer):
    """Answers each GET with 200, and counts them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self.answered = 0


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hello

    def do_GET(self) -> None:
        self.server.answered += 1
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextlib.contextmanager
def hello() -> Iterator[Hello]:
    """A server that answers each GET with 200."""
    with Hello() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **NO_DOCKER, "PYTHONPATH": str(ROOT), **more}


@functools.cache
def _load() -> None:
    """What commands import, and when they ask Docker, for all that are forked from here."""
    for room in (sdctl.cli, sdctl.terminal, sdctl.targets):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    for name in ("docker", "hdrh.histogram", "httpx", "uvloop"):
        importlib.import_module(name)


def run(*words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run to the end as a process of its own; no traceback whatever comes. It is forked from this
    one, so that Python need not start and load everything again for each of a hundred commands."""
    _load()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            _become(words, cwd, environment(**env), out.fileno(), err.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        err.seek(0)
        done = subprocess.CompletedProcess(words, code, out.read().decode(), err.read().decode())
    assert "Traceback" not in done.stderr, done.stderr
    assert "Traceback" not in done.stdout
    return done


def _become(
    words: Sequence[str], cwd: Path | None, env: Mapping[str, str], out: int, err: int
) -> NoReturn:
    """In a forked child: what `python -m sdctl` would be."""
    try:
        signal.alarm(120)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, taken in ((0, nothing), (1, out), (2, err)):
            os.dup2(taken, number)
        os.chdir(cwd or Path.cwd())
        os.environ.clear()
        os.environ.update(env)
        sys.argv = ["sdctl", *words]
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", closefd=False)  # type: ignore[misc]
        warnings.resetwarnings()
        main()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


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
    when: Callable[[], bool] = lambda: True,
    prefix: Sequence[str] = (),
    **env: str,
) -> subprocess.CompletedProcess[str]:
    """Run with signals to the whole process group, as a terminal sends them, so many seconds after
    its first line of ours (what Python itself does with a signal before is not in our hands) and
    ``when`` something is so. None of its processes may outlive it."""
    process = subprocess.Popen(
        [*prefix, *SDCTL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(**env), start_new_session=True,
    )  # fmt: skip
    try:
        while process.poll() is None and not (_listens(process.pid) and when()):
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
