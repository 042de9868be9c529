"""A verdict's card: everything measured; what was not says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from sdctl.components.component import all_components
from sdctl.components.published import Published
from sdctl.components.under_fault import Successor
from sdctl.foundation.own_command import named, typed
from sdctl.foundation.units import between_seconds, format_duration
from sdctl.judge.expectation import COMPARED, in_words, why_not_compared
from sdctl.judge.fault_timing import LATE, PHASE_NAMES, UNCOUNTED
from sdctl.judge.load_facts import LoadFacts, remark
from sdctl.judge.run_facts import by_trouble
from sdctl.judge.takeover import leaders
from sdctl.judge.verdict import Verdict
from sdctl.terminal import writes
from sdctl.terminal.card import Card, grid, where_kept
from sdctl.terminal.prose import Prose
from sdctl.terminal.screen import Screen

_OPEN = "their answers do not say whether it was done"
"""Such as a 504."""
_PREDICTED = "predicted"
_WHY = "  why"
"""Before the arithmetic of what was predicted."""
_REASONS = 3
"""So many kinds of error answers are on the card, all of them on the run's page."""
_FIGURES = 2
"""So many of what others publish are on the card, all of them on the run's page."""


def show(screen: Screen, verdict: Verdict, folder: Path) -> None:
    """The result of a command: its card, or its JSON."""
    if screen.json:
        screen.print_json(verdict.to_json())
    else:
        screen.out.print(card(verdict, folder))


def card(verdict: Verdict, folder: Path | None = None) -> RenderableType:
    """As wide as the terminal. ``folder``: where the run's files are."""
    fault = _fault(verdict)
    first = all(name != _PREDICTED for name, _ in fault)
    rows = [*fault, *of_run(verdict), *predicted(verdict, first=first)]
    rows += next_step(verdict.advice)
    rows += where_kept(verdict.run, folder) if folder else []
    return Card(
        verdict.judgement,
        verdict.why or verdict.passed,
        _title(verdict),
        *warnings(verdict.load),
        grid(each_reason_once(rows)),
    )


_NOT_COMPARED = re.compile(rf"(?<={COMPARED[None]} \().+(?=\)$)")


def each_reason_once(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Why a figure could not be compared is told at the first row that it is so of."""
    told = set[str]()
    for name, value in rows:
        found = _NOT_COMPARED.search(value)
        again = found is not None and found.group() in told
        yield name, _NOT_COMPARED.sub("as above", value) if again else value
        told |= {found.group()} if found else set()


def warnings(load: LoadFacts | None) -> Iterator[Prose]:
    """Why the times do not count."""
    if load is not None:
        yield from (Prose(said, "bold yellow") for said in remark(load.limit, load.because))


def of_run(verdict: Verdict) -> list[tuple[str, str]]:
    """What is of the whole run, whatever its faults were."""
    return [*_load(verdict), *writes.rows(verdict), *_nodes(verdict)]


def _title(verdict: Verdict) -> Text:
    return Text(f"run {verdict.run}" if verdict.fault is None else str(verdict.fault))


def next_step(advice: str) -> list[tuple[str, str]]:
    """What a reader does next; no row where there is nothing."""
    return [("next", named(advice))] if advice else []


def predicted(verdict: Verdict, *, first: bool = True) -> list[tuple[str, str]]:
    """What the fault predicted of itself beside what came; ``first``: no other prediction stands
    before it."""
    rows: list[tuple[str, str]] = []
    for figure in verdict.expected:
        also = "also " if rows or not first else ""
        name = figure.label if figure.open else f"{also}{figure.label}"
        rows += [(name, str(figure)), (_WHY, figure.why)]
    return rows


def _fault(verdict: Verdict) -> list[tuple[str, str]]:
    if verdict.fault is None:
        return []
    fault = verdict.fault
    rows = [("hit", fault.target)] if fault.target and fault.target != fault.asked else []
    rows += _besides(verdict)
    rows += [("effect", str(effect)) for effect in verdict.facts.effects]
    if verdict.leader_before:
        rows.append(("leader", leaders(verdict.leader_before, verdict.leader_after)))
    rows += took_over(verdict)
    if verdict.facts.alone:
        rows.append(("failover", "none: there was nobody to take over"))
    if verdict.write_times:
        rows.append(("writes, p50 / p99", str(verdict.write_times)))
    if verdict.limped:
        rows.append(("writes failed in part", str(verdict.limped)))
    if not verdict.stops_writes:
        return rows
    return rows + _timing(verdict, fault.tier or "") + _reads(verdict)


def _besides(verdict: Verdict) -> list[tuple[str, str]]:
    """What its load had besides, and what is counted then."""
    rows = []
    if meanwhile := verdict.timing.meanwhile:
        rows.append(("at the same time", f"another fault ran meanwhile: {meanwhile}"))
    if others := verdict.besides:
        whole = ". Requests are those of the whole load" if verdict.load else ""
        rows.append(
            ("same load", f"{', '.join(others)} had it too. Writes are counted without its{whole}")
        )
    return rows


def took_over(verdict: Verdict) -> list[tuple[str, str]]:
    """How far behind the next leader was, where that cost writes."""
    return [("took over", str(verdict.took_over))] if verdict.took_over else []


def _timing(verdict: Verdict, tier: str) -> list[tuple[str, str]]:
    timing = verdict.timing
    if timing.outage is None:
        return [("writes stopped", f"not measured: {_why_not_measured(verdict)}")]
    stopped = timing.outage
    exact = f"± {format_duration(stopped.resolution)}" if verdict.stop_counts else UNCOUNTED
    rows = [("writes stopped for", f"{stopped} ({exact}){timing.afterwards}")]
    told = [(name, timing.phases.get(name)) for name in PHASE_NAMES]
    if any(seconds is not None for _, seconds in told):
        parts = [f"{name} {_seconds(seconds)}" for name, seconds in told]
        rows.append(("  of that", " · ".join(parts)))
    if timing.revoked_s is not None:
        after = f"{format_duration(timing.revoked_s)} after writes stopped"
        rows.append(("lease revoked", f"{after}: its leader was confirmed dead"))
    if timing.remark is not None:
        rows.append(("  phases", timing.remark))
    return rows + _by_settings(verdict, _successor(tier)) + _published(timing.published)


def _why_not_measured(verdict: Verdict) -> str:
    """Why it is not known for how long writes stopped."""
    audit, sent = verdict.audit, verdict.ledger_writes
    if sent is None and audit is not None:  # of an older sdctl
        sent = audit.acknowledged + audit.refused + audit.unknown
    if sent == 0:
        return "no write was sent"
    if not verdict.facts.begun:
        return "the fault had not begun"
    if not verdict.complete:
        return "the ledger was cut off"
    return "they were not seen to come back"


def _by_settings(verdict: Verdict, new: Successor) -> list[tuple[str, str]]:
    """How long the settings say that it takes, beside what came."""
    timing, rows = verdict.timing, list[tuple[str, str]]()
    band = timing.band
    if band is None:
        return rows
    if band.of == "failover":
        after = "not known" if timing.failover_s is None else f"after {_seconds(timing.failover_s)}"
        rows.append((new.called, after + (f"; meanwhile {new.meanwhile}" if new.meanwhile else "")))
    return rows + predicted_time(verdict)


def predicted_time(verdict: Verdict) -> list[tuple[str, str]]:
    """How long it takes by the settings, and whether it did; none where they say nothing."""
    timing, fault = verdict.timing, verdict.fault
    band = timing.band
    if band is None or fault is None:
        return []
    called = _successor(fault.tier or "").called
    late = LATE if timing.afterwards and band.of == "outage" else ""
    unknown = late or f"when {called} is not known"
    why_not = why_not_compared(verdict.times_count, timing.meanwhile, unknown)
    said = in_words(verdict.as_predicted, why_not)
    return [(_PREDICTED, f"{band.what(called)}: {band}; {said}"), (_WHY, band.why)]


def _published(bands: Sequence[Published]) -> list[tuple[str, str]]:
    figures = [f"{between_seconds(band.low_s, band.high_s)} ({band.name})" for band in bands]
    if not figures:
        return []
    told = f"others say that a failover takes {', or '.join(figures[:_FIGURES])}"
    rest = len(figures) - _FIGURES
    more = f". This run's page has {rest} more" if rest > 0 else ""
    return [("elsewhere", told + more)]


def _successor(tier: str) -> Successor:
    component = all_components().get(tier)
    return component.successor if component else Successor()


def _reads(verdict: Verdict) -> list[tuple[str, str]]:
    reads = verdict.reads
    if reads is None:
        return []
    rate = reads.answered / reads.seconds
    said = f"{rate:,.0f}/s were answered, {reads.failed:,} failed"
    return [("reads meanwhile", said)]


def _load(verdict: Verdict) -> list[tuple[str, str]]:
    load = verdict.load
    if load is None:
        return [("requests", "not measured: the load's result is not known")]
    silent = ""
    if load.unknown and load.unanswered is not None:
        said = f"{load.unanswered:,} got no answer"
        silent = f" ({said if load.unanswered else _OPEN})"
    due = f"{load.sent:,} due, " if load.not_sent else ""
    rows = [
        ("requests", f"{due}{load.sent - load.not_sent:,} sent, {load.ok:,} ok, "
                     f"{load.failed:,} failed, {load.unknown:,} unknown{silent}")
    ]  # fmt: skip
    shown = [str(error) for error in load.errors[:_REASONS]]
    if rest := load.errors[_REASONS:]:
        page = typed(f"report {verdict.run}")
        others = sum(error.count for error in rest)
        shown.append(f"{others:,} for other reasons: all are on its page (`{page}`)")
    rows += list(zip(("  error answers", *[""] * len(shown)), shown, strict=False))
    if load.host:
        idle, steal = (load.host.get(name) for name in ("cpu_idle", "cpu_steal"))
        rows.append(("this machine", f"CPU idle {_share(idle)}, stolen {_share(steal)}"))
    return rows


def _nodes(verdict: Verdict) -> list[tuple[str, str]]:
    facts, rows = verdict.facts, []
    for name, nodes in (("ill before it", facts.ill_before), ("ill after it", facts.ill_after)):
        said = [f"{names}: {what}" for names, what in by_trouble(nodes)]
        # the name stands at the first of its lines alone
        rows += list(zip((name, *[""] * len(said)), said, strict=False))
    return rows


def _seconds(value: float | None) -> str:
    return "not known" if value is None else format_duration(value)


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"
