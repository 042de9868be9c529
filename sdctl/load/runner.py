"""Runs a load plan in a process of its own, so that what its owner does does not disturb it.

A plain subprocess rather than ``multiprocessing``'s spawn: that would import the command line anew
in the child, for nothing.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from sdctl.ledger import Ledger
from sdctl.load.messages import Broke, Progress, Report, pack
from sdctl.load.plan import LoadPlan
from sdctl.load.result import LoadResult
from sdctl.load.tally import Tick

_EXIT_S = 5.0


class LoadError(RuntimeError):
    """The load process broke: a bug, or a workload that raised."""


class LoadRunner:
    """``start()``, then do other things, then ``result()``. As a context manager it ends the run.

    ``on_tick`` is called from a thread of this process; what it raises comes out of ``result()``.
    The ledger is live: at each tick it has all writes whose outcome was known by then.
    """

    def __init__(
        self,
        plan: LoadPlan,
        *,
        on_tick: Callable[[Tick], None] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._plan = plan
        self._on_tick = on_tick
        self.ledger = ledger if ledger is not None else Ledger(plan.run)
        self.latest: Tick | None = None
        """The last tick."""
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._result: LoadResult | None = None
        self._failure: BaseException | None = None
        # An event, not the thread's join: interrupted by Ctrl-C, Python's join takes the thread for
        # ended (bpo-45274), and the result of what ran would be lost.
        self._ended = threading.Event()

    def start(self) -> None:
        """Start the process; sending begins once it has opened its connections."""
        data = pack(self._plan)
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            # -P: nothing in the working directory is mistaken for a module
            [sys.executable, "-P", "-m", "sdctl.load.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        theirs.close()
        self._connection = Connection(ours.detach())
        self._connection.send_bytes(data)
        threading.Thread(target=self._read, name="load", daemon=True).start()

    def stop(self) -> None:
        """Send no more; answers under way have a moment. Does not wait; harmless afterwards."""
        if self._connection is not None:
            try:
                self._connection.send(None)
            except OSError:
                return

    def result(self, timeout_s: float | None = None) -> LoadResult:
        """Wait for the end of the run. Raises ``LoadError``, and ``TimeoutError`` when it lasts."""
        if self._process is None:
            raise LoadError("the load was not started")
        if not self._ended.wait(timeout_s):
            raise TimeoutError(f"the load still runs after {timeout_s} s")
        if self._failure is not None:
            raise self._failure
        if self._result is None:
            raise LoadError(f"the load process ended with exit code {self._process.wait()}")
        return self._result

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._ended.wait(_EXIT_S)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._connection is not None
        assert self._process is not None
        try:
            while self._result is None and self._failure is None:
                self._take(self._connection.recv())
        except (EOFError, OSError):
            pass
        except Exception as error:
            self._failure = error
            self.stop()
        finally:
            self._wait()
            self.ledger.flush()
            self._ended.set()

    def _take(self, report: Report) -> None:
        match report:
            case Progress(tick=tick, rows=rows):
                self.ledger.extend(rows)
                self.ledger.flush()
                self.latest = tick
                if self._on_tick is not None:
                    self._on_tick(tick)
            case LoadResult():
                self._result = report
            case Broke(text=text):
                self._failure = LoadError(text)

    def _wait(self) -> None:
        assert self._process is not None
        assert self._connection is not None
        try:
            self._process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._connection.close()
