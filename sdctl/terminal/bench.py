"""A bench on the terminal: a line a trial, then the distribution."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sdctl import __version__
from sdctl.chaos.repetition import run
from sdctl.cli.context import Context
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation.errors import (
    Interrupted,
    SdctlError,
    UsageError,
    VerdictFalse,
    VerdictUnknown,
)
from sdctl.foundation.units import format_duration, utc
from sdctl.judge import bench as file
from sdctl.judge.bench import Bench
from sdctl.judge.intervals import FEWEST
from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import Summary, summarise
from sdctl.judge.verdict import PHASES
from sdctl.load import manifest
from sdctl.terminal.chaos import once
from sdctl.terminal.plot import Bar, strip


def conduct(
    context: Context, fault: KillLeader, *, trials: int, rps: float, out: Path | None
) -> None:
    """Run what is missing of ``trials``, show what they come to, and exit 8 or 9 where a trial's
    verdict deserves that. Ctrl-C heals and keeps the trials that ended."""
    plan = fault.plan(context.snapshot(), context.components())
    if context.dry_run:
        for operation in plan.inject * trials:
            context.engine.apply(operation)
        context.show_plan()
        return
    path, bench = _begin(context, fault, rps, out)

    def keep(grown: Bench) -> None:
        nonlocal bench
        bench = grown
        file.write(bench, path)
        number = len(bench.trials)
        context.err.print(f"{number} of {trials}: {line(bench.trials[-1])}", soft_wrap=True)

    def attempt() -> dict[str, object]:
        verdict = once(context, fault, rps=rps).to_json()
        if verdict.get("interrupted"):
            raise KeyboardInterrupt  # half a trial is none
        return verdict

    try:
        # nobody changes the stack between two trials either
        with context.changing("bench failover"):
            run(
                bench,
                trials=trials,
                look=context.snapshot,
                attempt=attempt,
                keep=keep,
            )
    except KeyboardInterrupt:
        if not context.json:  # there the error is the one value
            _show(context, bench, path)
        raise Interrupted(
            f"interrupted and healed after {len(bench.trials)} of {trials} trials",
            hint=f"The same command with --out {path} goes on from there.",
        ) from None
    except SdctlError as error:
        error.hint = f"{error.hint} Trials kept in {path}: {len(bench.trials)}.".lstrip()
        raise
    _show(context, bench, path)
    judgement = summarise(bench.trials).judgement
    if judgement != "pass":
        raise typer.Exit({"fail": VerdictFalse, "unknown": VerdictUnknown}[judgement].code)


def _begin(context: Context, fault: KillLeader, rps: float, out: Path | None) -> tuple[Path, Bench]:
    """Where the trials are kept, and the bench with those that are there."""
    profile = context.running_profile()
    new = Bench(
        tier=fault.tier,
        how=fault.how,
        rps=rps,
        profile=profile.name,
        settings=profile.to_json(),
        sdctl=__version__,
        host=manifest.host(context.engine),
        started_at=utc(),
    )
    if out is not None:
        if not out.parent.is_dir():
            raise UsageError(f"--out: there is no folder {out.parent}", hint="Nothing was broken.")
        return out, new.going_on(file.read(out), out) if out.exists() else new
    folder = context.stack.history / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = new.started_at[:19].replace(":", "")
    return folder / f"failover-{fault.tier}-{fault.how}-{stamp}.json", new


def _show(context: Context, bench: Bench, path: Path) -> None:
    if context.json:
        context.print_json(bench.to_json())
    elif bench.trials:
        context.out.print(shown(bench))
        context.err.print(f"every trial is in {path}", soft_wrap=True)


def line(trial: Trial) -> str:
    """One trial."""
    took = "not measured" if trial.rto_ms is None else f"writes stopped for {_ms(trial.rto_ms)}"
    lost = "" if trial.lost is None else f", {trial.lost} lost"
    name = f"{trial.json['fault']['id']} ({trial.json['run']})"
    why = f": {trial.why}" if trial.why else ""
    leaders = f"{trial.target} → {trial.leader_after or 'not known'}"
    return f"{name} {trial.judgement}, {leaders}, {took}{lost}{why}"


def shown(bench: Bench) -> RenderableType:
    """Plot and figures, within 80 columns."""
    summary = summarise(bench.trials)
    grid = Table.grid(padding=(0, 2))
    for name, value in _rows(summary):
        grid.add_row(Text(name, style="dim"), value)
    head = Text(f"{bench.tier}: --how {bench.how}, {bench.rps:g} rps, {bench.profile}", "bold")
    plot = "\n".join(plotted(summary))
    return Group(head, Text(), *([Text(plot), Text()] if plot else []), grid)


def plotted(summary: Summary) -> list[str]:
    """The trials' dots, in milliseconds or seconds; empty without one that was measured."""
    bars = []
    if summary.interval and summary.median_ms is not None:
        interval = summary.interval
        bars.append(Bar("median, 95 %", interval.low, interval.high, summary.median_ms))
    if band := summary.drawn:
        bars.append(Bar("predicted", band.low_ms or 0.0, band.high_ms))
    longest = max([*summary.rto_ms, *(bar.high for bar in bars)], default=0)
    factor, unit = (1000, "s") if longest >= 1000 else (1, "ms")
    scaled = [
        Bar(bar.label, bar.low / factor, bar.high / factor, bar.mark and bar.mark / factor)
        for bar in bars
    ]
    return strip([each / factor for each in summary.rto_ms], scaled, unit=unit)


def _rows(summary: Summary) -> list[tuple[str, str]]:
    verdicts = ", ".join(f"{count} {each}" for each, count in summary.verdicts.items() if count)
    rows = [("trials", f"{summary.trials}: {verdicts}")]
    if summary.median_ms is None or summary.p95_ms is None:
        rows.append(("writes stopped", "not measured in any trial"))
    else:
        rows += [
            ("median", f"{_ms(summary.median_ms)}, {_interval(summary)}"),
            ("p95, max", f"{_ms(summary.p95_ms)}, {_ms(summary.rto_ms[-1])}"),
        ]
    phases = [
        f"{name} {_ms(value)}" for name in PHASES if (value := summary.phases_ms[name]) is not None
    ]
    if phases:
        rows.append(("phases' medians", ", ".join(phases)))
    rows.append(("lost", f"{_count(summary.lost)} of {_count(summary.acknowledged)} acknowledged"))
    rows.append(("duplicated", _count(summary.duplicated)))
    if summary.failover_ms is not None:
        rows.append(("a new leader after", f"{_ms(summary.failover_ms)} (median)"))
    if summary.without_failover:
        rows.append(("no failover", f"in {summary.without_failover} of {summary.trials} trials"))
    if summary.predicted:
        rows += [("expected", summary.prediction), ("", summary.predicted.source)]
    rows += [("published", f"{each.name}: {each}") for each in summary.published]
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
