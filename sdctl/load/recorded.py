"""A load with its records: the run's folder, what it was made with, its ledger, its series, its
result, what was seen of the stack meanwhile, and word of it for whoever breaks the stack."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sdctl.judge import runs
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.run_folder import RunFolder, RunKind
from sdctl.load.announcement import announced
from sdctl.load.beats import Tick
from sdctl.load.manifest import manifest
from sdctl.load.plan import LoadPlan
from sdctl.load.result import LoadResult
from sdctl.load.runner import LoadRunner
from sdctl.load.samples import sampled
from sdctl.state.running import Running
from sdctl.state.stack import Stack

_STOP_S = 30.0
"""How long answers that are under way, and the figures, may take once no more is sent."""


class RecordedLoad:
    """A load that is being sent, and what is known of it by its last tick."""

    def __init__(self, runner: LoadRunner, folder: RunFolder) -> None:
        self.run = folder.run
        self.folder = folder
        self._runner = runner
        self._series = folder.so_far()
        self._lock = threading.Lock()
        """Several threads look: whoever waits for a fault's end, and whoever tells meanwhile."""
        self._writes: list[Write] = []

    def writes(self) -> list[Write]:
        """The writes whose outcome is known. Each look reads those since the one before."""
        with self._lock:
            self._writes += self._runner.ledger.since(len(self._writes))
            return list(self._writes)

    def ticks(self) -> list[dict[str, Any]]:
        """The ticks so far."""
        return self._series.ticks()

    def result(self, timeout_s: float | None = None) -> LoadResult:
        """Wait for its end, and write its result down."""
        result = self._runner.result(timeout_s)
        self._runner.ledger.close()
        self.folder.write("result", result.to_json())
        return result

    def stop(self) -> LoadResult:
        """End it now."""
        self._runner.stop()
        return self.result(_STOP_S)


@contextmanager
def recorded(
    kind: RunKind,
    plan: LoadPlan,
    stack: Stack,
    running: Running | None,
    *,
    day: str | None = None,
    on_tick: Callable[[Tick], None] | None = None,
) -> Iterator[RecordedLoad]:
    """Send ``plan``, and keep its records with those of ``stack``. ``running``: the stack that it
    goes to; None: another service, which no fault here has any use for. ``day``: the name of the
    game day that it is of."""
    folder = runs.folder(stack, plan.run)
    folder.write("run", manifest(kind, plan, running, day=day))
    ledger = Ledger(plan.run, path=folder.ledger)
    ledger.flush()

    def note(tick: Tick) -> None:
        folder.note(tick)
        if on_tick is not None:
            on_tick(tick)

    runner = LoadRunner(plan, ledger=ledger, on_tick=note)
    with ExitStack() as beside:
        if running:
            beside.enter_context(announced(stack, folder.ledger))
            beside.enter_context(sampled(running, folder.see))
        beside.enter_context(runner)
        yield RecordedLoad(runner, folder)
