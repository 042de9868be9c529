"""Runs a load plan in the calling process, from the first send to the last answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import uvloop

from sdctl.judge.ledger import Ledger
from sdctl.load.beats import Beat, Tick, Ticks
from sdctl.load.plan import LoadPlan
from sdctl.load.process_figures import ProcessFigures, result
from sdctl.load.result import LoadResult
from sdctl.load.sender import Sender, StopSignal


def run(
    plan: LoadPlan,
    *,
    on_tick: Callable[[Tick], None] | None = None,
    ledger: Ledger | None = None,
    stop: StopSignal | None = None,
) -> LoadResult:
    """Run ``plan`` in this process alone, to its end or until ``stop``; blocks.

    ``on_tick`` is called about every ``plan.tick_s`` in between sends: whatever takes it longer
    than a millisecond makes sends late (``LoadRunner`` keeps the two apart). The ledger is flushed
    at each tick. A server that is down is a result, not an error.
    """
    single = replace(plan, processes=1)
    ticks = Ticks(plan.schedule, 1)

    def on_beat(beat: Beat) -> None:
        if on_tick is not None and (tick := ticks.take(0, beat)) is not None:
            on_tick(tick)

    return result(single, run_part(single, on_beat=on_beat, ledger=ledger, stop=stop))


def run_part(
    plan: LoadPlan,
    part: int = 0,
    *,
    on_beat: Callable[[Beat], None],
    ledger: Ledger | None = None,
    stop: StopSignal | None = None,
    begin: Callable[[], float] = time.monotonic,
) -> ProcessFigures:
    """Send process ``part``'s share of ``plan``; blocks.

    ``begin`` is called once connections are open, may block, and gives the moment of
    ``time.monotonic()`` from which the schedule counts, the same for all processes of a run.
    """
    ledger = ledger if ledger is not None else Ledger(plan.run)
    return uvloop.run(Sender(plan, part, on_beat, ledger, stop, begin).run())
