"""One load process, seen from its owner.

A plain subprocess rather than ``multiprocessing``'s spawn: that would import the command line anew
in the child, for nothing.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
from multiprocessing.connection import Connection
from typing import Any

from sdctl.foundation import children

_EXIT_S = 5.0


class LoadProcess:
    """Starts with the packed plan, for its ``part`` of the schedule."""

    def __init__(self, part: int, plan: bytes) -> None:
        self.part = part
        ours, theirs = socket.socketpair()
        self.popen = subprocess.Popen(
            children.command("sdctl.load.process_main", str(theirs.fileno()), str(part)),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # a signal to sdctl's group is for sdctl: it tells its processes itself
            process_group=0,
        )
        theirs.close()
        self._connection = Connection(ours.detach())
        self._connection.send_bytes(plan)

    def say(self, word: float | None) -> None:
        """The moment to begin, or None: stop. Harmless once it is gone."""
        with contextlib.suppress(OSError):
            self._connection.send(word)

    def hear(self) -> Any:
        """Wait for its next report. Raises ``EOFError`` or ``OSError`` once it is gone."""
        return self._connection.recv()

    def end(self, within_s: float = _EXIT_S) -> int:
        """Wait for its end, or make it; its exit code."""
        try:
            return self.popen.wait(within_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            return self.popen.wait()

    def close(self) -> None:
        """Hang up, after which a process that still runs stops by itself."""
        self._connection.close()
