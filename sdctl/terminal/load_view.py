"""A run as it goes, for people: redrawn each tick on a terminal, else a line every few seconds."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import counted
from sdctl.load.beats import Tick
from sdctl.load.plan import LoadPlan
from sdctl.load.validity import LATE_LIMIT_MS
from sdctl.terminal.live_drawing import LINE_S, Drawn

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

_BARS = "▁▂▃▄▅▆▇█"
_SPAN = 60
"""Ticks in a sparkline: with a tick a second, the last minute."""


class LoadView(Drawn["Live"]):
    """A context manager whose ``update`` is a run's ``on_tick``."""

    def __init__(self, plan: LoadPlan, *, console: Console) -> None:
        super().__init__(console)
        self._plan = plan
        self._ticks: deque[Tick] = deque(maxlen=_SPAN)
        self._line_at_s = 0.0
        self._over = False

    def _draw(self) -> Live:
        from rich.live import Live

        return Live(self._drawn(), console=self._console, auto_refresh=False, transient=True)

    def update(self, tick: Tick) -> None:
        """Show a tick."""
        over = tick.at_s > self._plan.schedule.duration_s and tick.in_flight > 0
        if over and self.drawing is None and not self._over:
            self._over = True
            self._console.print(waiting_for(tick), soft_wrap=True)
        if self._ticks and tick.span_s < self._plan.tick_s / 4:
            return  # the rest after the last answer says nothing about rates
        self._ticks.append(tick)
        if self.drawing is not None:
            self.drawing.update(self._drawn(), refresh=True)
        elif tick.at_s - self._line_at_s >= LINE_S - self._plan.tick_s / 2:
            self._line_at_s = tick.at_s
            self._console.print(line(tick), soft_wrap=True)

    def _drawn(self) -> RenderableType:
        from rich.text import Text

        plan = self._plan
        head = f"{plan.workload.name} → {plan.address}"
        if not self._ticks:
            return Text(f"{head}  opening connections", no_wrap=True, overflow="ellipsis")
        tick = self._ticks[-1]
        lasts_s = plan.schedule.duration_s
        over = tick.at_s > lasts_s and tick.in_flight > 0
        rows = [
            f"{head}  {min(tick.at_s, lasts_s):.0f} of {lasts_s:.0f} s",
            *([waiting_for(tick)] if over else []),
            f"rps       target {tick.target_rps:<8.0f} offered {tick.offered_rps:<8.0f} "
            f"achieved {tick.achieved_rps:.0f}",
            f"requests  ok {tick.ok:<12} failed {tick.failed:<9} unknown {tick.unknown}",
            *(
                [
                    f"attempts  {tick.ok + tick.failed + tick.unknown + tick.again:<12} "
                    f"of which {_short(tick.again)} were sent again"
                ]
                if plan.retries
                else []
            ),
            f"of them   reads {_kind(*_reads(tick)):<20} writes {_kind(*_writes(tick))}",
            f"response  p50 {_ms(tick.p50_ms):<11} p99 {_ms(tick.p99_ms):<12} "
            f"in flight {tick.in_flight}",
            f"rps       {sparkline([tick.achieved_rps for tick in self._ticks])}",
            f"p99       {sparkline([tick.p99_ms or 0.0 for tick in self._ticks])}",
        ]
        if (tick.late_ms_p99 or 0.0) > LATE_LIMIT_MS:
            rows.append(f"the generator itself is {_ms(tick.late_ms_p99)} late")
        return Text("\n".join(rows), no_wrap=True, overflow="ellipsis")


def waiting_for(tick: Tick) -> str:
    """When all is sent: what the end waits for."""
    return f"all is sent: waiting for {counted(tick.in_flight, 'answer')}"


def line(tick: Tick) -> str:
    """A tick as one line, for logs: at most 80 columns, unless requests are tried again."""
    return (
        f"{tick.at_s:.0f} s  {tick.achieved_rps:.0f} of {tick.target_rps:.0f} rps  "
        f"p99 {_ms(tick.p99_ms)}  "
        f"reads {_kind(*_reads(tick))}  writes {_kind(*_writes(tick))}"
        + (f"  again {_short(tick.again)}" if tick.again else "")
    )


def _reads(tick: Tick) -> tuple[int, int]:
    """How many were well answered from the start, and how many were not."""
    return tick.reads_ok, tick.reads_bad


def _writes(tick: Tick) -> tuple[int, int]:
    return tick.ok - tick.reads_ok, tick.failed + tick.unknown - tick.reads_bad


def _kind(ok: int, bad: int) -> str:
    return f"{_short(ok)} ok" + (f", {_short(bad)} not" if bad else "") if ok or bad else "none"


def sparkline(values: list[float]) -> str:
    """Bars from 0 to the highest of ``values``; an empty place for 0."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return " " * len(values)
    top = len(_BARS) - 1
    return "".join(_BARS[round(value / highest * top)] if value > 0 else " " for value in values)


def _short(count: int) -> str:
    if count < 10_000:
        return str(count)
    return f"{count / 1e3:.3g}k" if count < 999_500 else f"{count / 1e6:.3g}M"


def _ms(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{in_digits(value, 3)} ms" if value < 1000 else f"{value / 1000:.2f} s"
