"""A verdict's card: everything measured; what was not says so."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sdctl.audit import Audit
from sdctl.units import format_duration
from sdctl.verdict import PHASES, Timing, Verdict

_COLOUR = {"pass": "green", "fail": "red", "unknown": "yellow"}
_WIDTH = 80


def card(verdict: Verdict) -> RenderableType:
    """Within 80 columns."""
    grid = Table.grid(padding=(0, 2))
    rows = [*_fault(verdict), *_load(verdict), *_writes(verdict)]
    for name, value in rows:
        grid.add_row(Text(name, style="dim"), value)
    word = Text(verdict.judgement.upper(), style=f"bold {_COLOUR[verdict.judgement]}")
    return Panel(Group(word, grid), title=_title(verdict), title_align="left", width=_WIDTH)


def _title(verdict: Verdict) -> str:
    fault = verdict.fault
    if fault is None:
        return f"run {verdict.run}"
    return " ".join(each for each in (fault.id, fault.kind, fault.how, fault.target) if each)


def _fault(verdict: Verdict) -> list[tuple[str, str]]:
    if verdict.fault is None:
        return []
    rows = []
    if verdict.leader_before:
        rows.append(("leader", f"{verdict.leader_before} → {verdict.leader_after or 'not known'}"))
    return rows + _timing(verdict.timing)


def _timing(timing: Timing) -> list[tuple[str, str]]:
    if timing.outage is None:
        return [("writes stopped", "not measured: they did not come back, or none was sent")]
    took = format_duration(timing.outage.seconds)
    grain = format_duration(timing.outage.resolution)
    rows = [("writes stopped for", f"{took} (one write each {grain})")]
    told = [(name, timing.phases.get(name)) for name in PHASES]
    if any(seconds is not None for _, seconds in told):
        parts = [f"{name} {_seconds(seconds)}" for name, seconds in told]
        rows.append(("  of that", " · ".join(parts)))
    if timing.remark is not None:
        rows.append(("  phases", timing.remark))
    band = timing.band
    if band is not None and band.of == "failover":
        rows.append(("the tier's failover", _seconds(timing.failover_s)))
    if band is not None:
        within = {True: "so it is", False: "NOT so", None: "not compared"}[timing.as_predicted]
        rows.append(("settings predict", f"{_band(band.low_s, band.high_s)}: {within}"))
        rows.append(("", band.why))
    if timing.published:
        rows.append(("others publish", "; ".join(
            f"{each.name} {_band(each.low_s, each.high_s)}" for each in timing.published
        )))  # fmt: skip
    return rows


def _load(verdict: Verdict) -> list[tuple[str, str]]:
    load = verdict.load
    if load is None:
        return [("requests", "not measured: the load's result is not known")]
    rows = [
        ("requests", f"{load.sent} sent, {load.ok} ok, {load.failed} failed, "
                     f"{load.unknown} without an answer")
    ]  # fmt: skip
    if load.host:
        idle, steal = (load.host.get(name) for name in ("cpu_idle", "cpu_steal"))
        rows.append(("this machine", f"CPU idle {_share(idle)}, stolen {_share(steal)}"))
    return rows


def _writes(verdict: Verdict) -> list[tuple[str, str]]:
    audit = verdict.audit
    if audit is None:
        return [("writes", "not measured: they could not be read back")]
    stale = verdict.load.stale_reads if verdict.load else None
    rows = [
        ("acknowledged", str(audit.acknowledged)),
        ("  of them lost", _some(audit.lost)),
        ("unknown", f"{audit.unknown}, of which {len(audit.recovered)} were done after all"),
        ("refused", f"{audit.refused}, of which {len(audit.broken_promises)} were done anyway"),
        ("duplicated", _some(audit.duplicated)),
        ("not notified", _some(audit.undelivered + audit.unfinished)),
        ("notified twice", _some(audit.notified_twice)),
        ("stale reads", "not measured: no read was checked" if stale is None else str(stale)),
        ("followers", _followers(audit)),
        ("still in queues", _remains(audit)),
    ]
    if not verdict.complete:
        rows.append(("not in the ledger", f"{len(audit.unrecorded)} (it was cut off)"))
    elif audit.unrecorded:
        rows.append(("nobody sent", _some(audit.unrecorded)))
    if not verdict.settled:
        rows.append(("settled", "no: these are the figures when the time for it was over"))
    return rows


def _followers(audit: Audit) -> str:
    if not audit.behind:
        return "none was read"
    lacking = {node: len(keys) for node, keys in audit.behind.items() if keys}
    if not lacking:
        return f"{len(audit.behind)} read, each has all that its leader has"
    return ", ".join(f"{node} lacks {count}" for node, count in sorted(lacking.items()))


def _remains(audit: Audit) -> str:
    if audit.remains is None:
        return "not measured"
    parts = [f"{name} {count}" for name, count in audit.remains.queues.items() if count]
    if audit.remains.outbox:
        parts.insert(0, f"outbox {audit.remains.outbox}")
    return ", ".join(parts) or "nothing"


def _some(keys: tuple[str, ...]) -> str:
    shown = ", ".join(keys[:3])
    return f"{len(keys)}: {shown}{' …' if len(keys) > 3 else ''}" if keys else "0"


def _seconds(value: float | None) -> str:
    return "not known" if value is None else format_duration(value)


def _band(low: float | None, high: float) -> str:
    return f"{'up to' if low is None else f'{low:g} to'} {high:g} s"


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"
