"""Runs a load plan in processes of its own, so that what its owner does does not disturb it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

from sdctl.foundation.errors import SdctlError, VerdictUnknown
from sdctl.judge.ledger import Ledger
from sdctl.load.beats import Tick, Ticks
from sdctl.load.plan import LoadPlan
from sdctl.load.process import LoadProcess
from sdctl.load.process_figures import ProcessFigures, merged, result
from sdctl.load.process_messages import Failed, ProgressReport, Ready, Report, pack
from sdctl.load.result import LoadResult

_EXIT_S = 5.0
_TOGETHER_S = 0.02
"""Several processes begin so long after the last is ready, by when all have been told."""


class LoadError(RuntimeError):
    """A load process broke: a bug, where it is none of those below."""


class LoadMisled(SdctlError, LoadError):
    """Its workload failed, which may be one of the user's own."""


class LoadKilled(VerdictUnknown, LoadError):
    """A load process was ended from outside, so the figures are not known."""


class LoadRunner:
    """``start()``, then do other things, then ``result()``. As a context manager it ends the run.

    ``on_tick`` is called from a thread of this process; what it raises comes out of ``result()``.
    The ledger is live: at each tick it has all writes whose outcome was known by then. When one
    process breaks, the others are stopped, and the run is an error.
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
        self.processes: list[LoadProcess] = []
        """Those that send; empty before the start."""
        self._ticks = Ticks(plan.schedule, plan.processes)
        self._ready = 0
        self._running = 0
        self._figures: dict[int, ProcessFigures] = {}
        self._failure: BaseException | None = None
        # one report at a time, whichever process it is from
        self._lock = threading.Lock()
        # An event, not a thread's join: interrupted by Ctrl-C, Python's join takes the thread for
        # ended (bpo-45274), and the result of what ran would be lost.
        self._ended = threading.Event()

    def start(self) -> None:
        """Start the processes; sending begins once all have opened their connections."""
        data = pack(self._plan)
        self._running = self._plan.processes
        self.processes = [LoadProcess(part, data) for part in range(self._plan.processes)]
        for process in self.processes:
            threading.Thread(target=self._read, args=(process,), name="load", daemon=True).start()

    def stop(self) -> None:
        """Send no more; answers under way have a moment. Does not wait; harmless afterwards."""
        for process in self.processes:
            process.say(None)

    def result(self, timeout_s: float | None = None) -> LoadResult:
        """Wait for the end of the run. Raises ``LoadError``, and ``TimeoutError`` when it lasts."""
        if not self.processes:
            raise LoadError("the load was not started")
        if not self._ended.wait(timeout_s):
            raise TimeoutError(f"the load still runs after {timeout_s} s")
        if self._failure is not None:
            raise self._failure
        return result(self._plan, merged([self._figures[part] for part in sorted(self._figures)]))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._ended.wait(_EXIT_S)
        for process in self.processes:
            process.end(0)

    def _read(self, process: LoadProcess) -> None:
        """Take what a process reports until it ends; in a thread for each."""
        try:
            while process.part not in self._figures and self._failure is None:
                try:
                    report = process.hear()
                except (EOFError, OSError) as error:
                    raise _gone(process.end()) from error
                with self._lock:
                    self._take(process.part, report)
        except Exception as error:
            self._fail(error)
        finally:
            process.end()
            process.close()
            with self._lock:
                self._running -= 1
                last = not self._running
            if last:
                self._end()

    def _end(self) -> None:
        try:
            self.ledger.flush()
        except OSError as error:  # the disk is full
            self._fail(error)
        self._ended.set()

    def _fail(self, failure: Exception) -> None:
        with self._lock:
            self._failure = self._failure or failure
        self.stop()

    def _take(self, part: int, report: Report) -> None:
        match report:
            case Ready():
                self._ready += 1
                if self._ready == len(self.processes):
                    begin = time.monotonic() + (_TOGETHER_S if self._ready > 1 else 0.0)
                    for process in self.processes:
                        process.say(begin)
            case ProgressReport(beat=beat, rows=rows):
                self.ledger.extend(rows)
                self.ledger.flush()
                self._show(self._ticks.take(part, beat))
            case ProcessFigures():
                self._figures[part] = report
                self._show(self._ticks.end(part))
            case Failed(text=text, workload=why):
                raise LoadMisled(why, hint="Correct it there.") if why else LoadError(text)

    def _show(self, tick: Tick | None) -> None:
        if tick is None:
            return
        self.latest = tick
        if self._on_tick is not None:
            self._on_tick(tick)


def _gone(code: int) -> LoadError:
    said = f"a load process ended with exit code {code}"
    if code >= 0:
        return LoadError(said)
    return LoadKilled(
        f"{said} (signal {-code}), so what the load came to is not known",
        hint="If nobody ended it, the machine had no memory left (`journalctl -k` says so): "
        "lower --rps, or stop what else runs here.",
    )
