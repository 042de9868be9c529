"""A bench's page: the trials as dots, the figures, a table of all of them."""

from __future__ import annotations

from sdctl.foundation.digits import plain
from sdctl.foundation.units import format_size
from sdctl.judge.bench import Bench
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.intervals import FEWEST
from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import Summary, summarise
from sdctl.report.html import Rows, in_count, in_ms, render
from sdctl.report.load_tables import called
from sdctl.report.setting_rows import setting_rows
from sdctl.report.strip import strip


def page(bench: Bench) -> str:
    """One HTML document that loads nothing; every figure is computed from the trials."""
    summary = summarise(bench.trials)
    host = {**bench.host, "sdctl": bench.sdctl}
    if "memory_bytes" in host:
        host["memory"] = format_size(host.pop("memory_bytes"))
    return render(
        "trials.html.j2",
        title=f"{len(bench.trials)} times {bench.title}",
        subtitle=f"{plain(bench.rps)} rps, {bench.profile}, since {bench.started_at}",
        note="",
        judgement=summary.judgement,
        why=None,
        remarks=_remarks(summary),
        headlines=_headlines(summary),
        strip=strip(bench.trials, summary),
        tables={
            "Recovery": _recovery(summary),
            "Machine": [(name, str(value)) for name, value in host.items()],
        },
        folded={
            "Trials": [
                (f"{number}: run {trial.json.get('run', 'not known')}", _line(trial))
                for number, trial in enumerate(bench.trials, 1)
            ],
            "Settings": setting_rows(bench.settings),
        },
    )


def _remarks(summary: Summary) -> list[str]:
    silent = summary.trials - len(summary.rto_ms)
    warned = [f"{summary.warning[0].upper()}{summary.warning[1:]}."] if summary.warning else []
    said = [f"Without a recovery time, so in no figure of times: {silent}."] if silent else []
    if summary.without_failover:
        said.append(f"Without a failover: {summary.without_failover}.")
    return [*warned, *said]


def _headlines(summary: Summary) -> Rows:
    return [
        ("median", in_ms(summary.median_ms)),
        ("p95", in_ms(summary.p95_ms)),
        ("longest", in_ms(summary.rto_ms[-1] if summary.rto_ms else None)),
        ("writes acknowledged", in_count(summary.acknowledged)),
        ("of them lost", in_count(summary.lost)),
        (called("duplicated"), in_count(summary.duplicated)),
    ]


def _recovery(summary: Summary) -> Rows:
    interval = summary.interval
    rows = [
        (
            "verdicts",
            ", ".join(f"{count} {judgement}" for judgement, count in summary.verdicts.items()),
        )
    ]
    between = f"it takes {FEWEST} trials"
    if interval:
        ends = f"{in_ms(interval.low)} to {in_ms(interval.high)}"
        between = f"{ends} ({interval.level:.1%} sure, by order statistics)"
    rows.append(("median lies in", between))
    rows += [
        (f"{name}, median", in_ms(ms))
        for name in PHASE_NAMES
        if (ms := summary.phases_ms[name]) is not None
    ]
    if summary.failover_ms is not None:
        rows.append(("a new leader after, median", in_ms(summary.failover_ms)))
    if summary.predicted:
        rows.append(("predicted", f"{summary.prediction}: {summary.predicted.source}"))
    rows += [(band.name, f"{band} published ({band.source})") for band in summary.published]
    return rows


def _line(trial: Trial) -> str:
    return f"{in_ms(trial.rto_ms)}, {trial.whom}, {in_count(trial.lost)} lost, {trial.judgement}"
