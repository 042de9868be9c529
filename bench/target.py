"""The server that load generators are measured beside: HAProxy, one thread, one fixed answer."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sdctl.foundation import waiting

_CONFIG = """
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend fixed
    bind 127.0.0.1:{port}
    http-request return status 200 content-type text/plain string "it works\\n"
"""


@dataclass(frozen=True)
class Target:
    """A running one."""

    pid: int
    url: str

    def freeze(self) -> None:
        """It answers no more, but the kernel goes on taking connections."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        os.kill(self.pid, signal.SIGCONT)


@contextmanager
def target() -> Iterator[Target]:
    """A server on a free port of loopback, until the block ends."""
    program = shutil.which("haproxy") or "/usr/sbin/haproxy"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "haproxy.cfg"
        config.write_text(_CONFIG.format(port=port))
        with subprocess.Popen([program, "-db", "-f", config], stderr=subprocess.DEVNULL) as process:
            try:
                waiting.until(lambda: _answers(port), bool, timeout_s=10)
                yield Target(process.pid, f"http://127.0.0.1:{port}/hello")
            finally:
                process.send_signal(signal.SIGCONT)
                process.kill()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
