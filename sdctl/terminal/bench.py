"""A bench on the terminal: a line a trial, then the distribution."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.foundation.digits import plain
from sdctl.foundation.units import format_duration
from sdctl.judge.bench import Bench
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.intervals import FEWEST
from sdctl.judge.outage import NO_STOP
from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import Summary, summarise
from sdctl.terminal.plot import Bar, strip
from sdctl.terminal.prose import Prose
from sdctl.terminal.screen import Screen


def show(screen: Screen, bench: Bench, path: Path) -> None:
    """The result of a command: what the trials come to, and where they are kept."""
    if screen.json:
        screen.print_json(bench.to_json())
    elif bench.trials:
        screen.out.print(shown(bench, screen.out.width))
        screen.tell("every trial is in this file:")
        screen.err.print(Text(f"{path}"), soft_wrap=True)  # never broken: it is there to be copied


def line(trial: Trial) -> str:
    """One trial."""
    stopped = f"writes stopped for {_ms(trial.rto_ms)}" if trial.rto_ms else NO_STOP
    took = "not measured" if trial.rto_ms is None else stopped
    lost = "" if trial.lost is None else f", {trial.lost} lost"
    name = f"{trial.json['fault']['id']} ({trial.json['run']})"
    why = f": {trial.why}" if trial.why else ""
    times = "" if trial.times_count else " (its times do not count)"
    return f"{name} {trial.judgement}, {trial.whom}, {took}{times}{lost}{why}"


def shown(bench: Bench, width: int = 80) -> RenderableType:
    """Plot and figures, within ``width`` columns."""
    summary = summarise(bench.trials)
    grid = Table.grid(padding=(0, 2))
    for name, value in rows(summary):
        grid.add_row(Text(name, style="dim"), Prose(value))
    head = Text(f"{bench.title}, {plain(bench.rps)} rps, {bench.profile}", "bold")
    plot = "\n".join(plotted(summary, width))
    warned = [Prose(summary.warning, "bold yellow")] if summary.warning else []
    return Group(head, *warned, Text(), *([Text(plot), Text()] if plot else []), grid)


def plotted(summary: Summary, width: int = 80) -> list[str]:
    """The trials' dots, in milliseconds or seconds; empty without one that was measured."""
    bars = []
    if summary.interval and summary.median_ms is not None:
        interval = summary.interval
        bars.append(Bar("median, 95%", interval.low, interval.high, summary.median_ms))
    if band := summary.drawn:
        bars.append(Bar("predicted", band.low_ms or 0.0, band.high_ms))
    longest = max([*summary.rto_ms, *(bar.high for bar in bars)], default=0)
    factor, unit = (1000, "s") if longest >= 1000 else (1, "ms")
    scaled = [
        Bar(bar.label, bar.low / factor, bar.high / factor, bar.mark and bar.mark / factor)
        for bar in bars
    ]
    return strip([ms / factor for ms in summary.rto_ms], scaled, unit=unit, width=width)


def rows(summary: Summary) -> list[tuple[str, str]]:
    verdicts = ", ".join(
        f"{count} {judgement}" for judgement, count in summary.verdicts.items() if count
    )
    rows = [("trials", f"{summary.trials}: {verdicts}")]
    if summary.median_ms is None or summary.p95_ms is None:
        rows.append(("writes stopped", "not measured in any trial"))
    else:
        rows += [
            ("median", f"{_ms(summary.median_ms)}, {_interval(summary)}"),
            ("p95, max", f"{_ms(summary.p95_ms)}, {_ms(summary.rto_ms[-1])}"),
        ]
    phases = [
        f"{name} {_ms(value)}"
        for name in PHASE_NAMES
        if (value := summary.phases_ms[name]) is not None
    ]
    if phases:
        rows.append(("phases' medians", ", ".join(phases)))
    rows.append(("lost", f"{_count(summary.lost)} of {_count(summary.acknowledged)} acknowledged"))
    rows.append(("there twice", _count(summary.duplicated)))
    if summary.failover_ms is not None:
        rows.append(("a new leader after", f"{_ms(summary.failover_ms)} (median)"))
    if summary.without_failover:
        rows.append(("no failover", f"in {summary.without_failover} of {summary.trials} trials"))
    if summary.predicted:
        rows += [("predicted", summary.prediction), ("", summary.predicted.source)]
    rows += [("published", f"{published.name}: {published}") for published in summary.published]
    return rows


def _interval(summary: Summary) -> str:
    if summary.interval is None:
        return f"no interval: it takes {FEWEST} trials"
    low, high = _ms(summary.interval.low), _ms(summary.interval.high)
    return f"{low} to {high} ({summary.interval.level:.1%} sure)"


def _count(value: int | None) -> str:
    return "not measured" if value is None else str(value)


def _ms(value: float) -> str:
    return format_duration(value / 1000)
