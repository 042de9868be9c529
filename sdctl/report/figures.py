"""A report's figures, computed from the raw files; what only a verdict can tell is taken from it.

Pure. Where a raw file and what was concluded from it at the time disagree, the page says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.chaos.outages import by_fault
from sdctl.judge.attribution import counted
from sdctl.judge.ledger import Write
from sdctl.judge.load_facts import remark
from sdctl.judge.outage import Outage
from sdctl.judge.write_times import Took, WriteTimes
from sdctl.report.material import Broken, Material


@dataclass(frozen=True, kw_only=True)
class Figures:
    """None: not measured."""

    outages: tuple[Outage, ...]
    """Of each fault that stopped writes, where it is known."""
    outage: Outage | None
    """The longest of those that the page is about; None: there is none, or of one fault it is not
    known."""
    outcomes: Mapping[str, int] | None
    """Writes by outcome, from the ledger."""
    requests: Mapping[str, int] | None
    """ok, failed, unknown: from the series' last second, else from the result."""
    lost: int | None
    duplicated: int | None
    p99_ms: float | None
    """Of all requests, as they were scheduled."""
    before_fault: Took | None
    """The acknowledged writes before the first fault, as on the card. None: there was no fault, or
    no such write."""
    in_fault: Took | None
    """Those that ran while a fault was on, for a part of their time at least."""
    in_outage: Took | None
    """The same of those that ran while writes were stopped."""
    disturbed: bool
    """Whether the writes before the fault took so long that those during it say nothing beside
    them."""
    reads: Mapping[str, Any] | None
    """``answered``, ``failed`` and ``seconds`` of reads while writes were stopped."""
    remarks: tuple[str, ...]


def figures(material: Material) -> Figures:
    """Everything that stands large on the page."""
    verdict = material.verdict or {}
    writes = verdict.get("writes") or {}
    stops = _outages(material)
    own = [stops[fault.id] for fault in material.judged if fault.id in stops]
    known = [outage for outage in own if outage is not None]
    spans, own_spans = _on(material.faults), _on(material.judged)
    outcomes = _outcomes(material, spans)
    requests = _requests(material, spans)
    latency = (material.result or {}).get("latency_ms") or {}
    stopped = [(outage.since, outage.until) for outage in known if outage.seconds]
    longest = None if None in own else max(known, key=lambda outage: outage.seconds, default=None)
    others = [span for fault, span in spans.items() if fault not in own_spans]
    times = WriteTimes.around(material.writes, *own_spans.values(), others=others)
    before, in_fault = (times.before, times.during) if times else (None, None)
    disturbed = is_disturbed(before)
    return Figures(
        outages=tuple(outage for outage in stops.values() if outage is not None),
        outage=longest,
        outcomes=outcomes,
        requests=requests,
        lost=_length(writes.get("lost")),
        duplicated=_length(writes.get("duplicated")),
        p99_ms=(latency.get("response") or {}).get("p99"),
        before_fault=before,
        in_fault=in_fault,
        disturbed=disturbed,
        in_outage=_took(material, stopped),
        reads=(verdict.get("reads") or {}).get("during_outage"),
        remarks=(
            *_remarks(material, longest, outcomes, requests),
            *([_DISTURBED] if disturbed else []),
        ),
    )


def _outcomes(material: Material, spans: Mapping[str, Span]) -> Counter[str] | None:
    """Of the writes that count for what the page is about, as its verdict has them."""
    if not material.writes:
        return None
    writes = _known_then(material) if material.of_one else material.writes
    besides = (material.verdict or {}).get("besides")
    own = counted(writes, material.judged[0].id, spans) if material.of_one and besides else None
    return Counter(write.outcome for write in writes if own is None or write.key in own)


def _outages(material: Material) -> dict[str, Outage | None]:
    """Of each fault that stops writes, by its id: as the verdict has them, by the same rule, from
    the same ledger. None: not known."""
    spans, then = _on(material.faults), _known_then(material)
    whole = material.complete and len(then) == len(material.writes)
    judged = by_fault(then, spans, complete=whole)
    now = by_fault(material.writes, spans, complete=material.complete)
    return {
        fault.id: (judged if fault in material.judged else now)[fault.id]
        for fault in material.faults
        if fault.stops_writes and fault.id in spans
    }


def _known_then(material: Material) -> Sequence[Write]:
    """The writes by which a fault was judged. Of a load that went on after that they are the first
    in its ledger, which is in the order in which outcomes became known."""
    if (number := (material.verdict or {}).get("ledger_writes")) is not None:
        return material.writes[:number]
    told = (material.verdict or {}).get("writes") or {}
    counts = [told.get(name) for name in ("acknowledged", "refused", "unknown")]
    known = [count for count in counts if count is not None]
    if not material.goes_on or len(known) < len(counts):
        return material.writes
    return material.writes[: sum(known)]


Span = tuple[float, float]


def _on(faults: Sequence[Broken]) -> dict[str, Span]:
    """While each of them was on, by its id; of those that began."""
    return {
        fault.id: (fault.injected_s, math.inf if fault.healed_s is None else fault.healed_s)
        for fault in faults
        if fault.injected_s is not None
    }


def _took(material: Material, spans: Sequence[Span]) -> Took | None:
    """Of the acknowledged writes that overlap one of the spans."""
    return Took.of(
        write
        for write in material.writes
        if write.outcome == "acknowledged"
        and any(write.done_at > since and write.sent_at < until for since, until in spans)
    )


_SOUND_MS = 1000.0
"""A sound stack acknowledges 99 of 100 writes in much less."""
_DISTURBED = (
    "The baseline was disturbed: writes took long before the fault too, as on a full machine. So "
    "the times before and during the fault are not to be compared."
)


def is_disturbed(before: Took | None) -> bool:
    """Whether writes before the fault took so long that they are nothing to compare with."""
    return before is not None and before.p99_ms > _SOUND_MS


def _requests(material: Material, spans: Mapping[str, Span]) -> Mapping[str, int] | None:
    """Of the whole load; of one fault of several those from its beginning until the next began."""
    if material.series:
        since, until = _window(material, spans)
        ticks = [tick for tick in material.series if tick["s"] <= until]
        before = [tick for tick in ticks if tick["s"] <= since][-1:]
        return {
            name: ticks[-1][name] - sum(tick[name] for tick in before) if ticks else 0
            for name in ("ok", "failed", "unknown")
        }
    counts = (material.result or {}).get("requests")
    return counts and {name: counts[name] for name in ("ok", "failed", "unknown")}


def _window(material: Material, spans: Mapping[str, Span]) -> Span:
    if not material.of_one:
        return -math.inf, math.inf
    begin = spans[material.judged[0].id][0]
    starts = [since for since, _ in spans.values()]
    later = min((since for since in starts if since > begin), default=math.inf)
    return (-math.inf if begin == min(starts) else begin), later


def _remarks(
    material: Material,
    found: Outage | None,
    outcomes: Mapping[str, int] | None,
    requests: Mapping[str, int] | None,
) -> list[str]:
    verdict, generator = material.verdict or {}, (material.result or {}).get("generator") or {}
    said = [*remark(verdict.get("limit") or generator.get("limit"),
                    verdict.get("because") or generator.get("because"))]  # fmt: skip
    if material.missing:
        said.append(f"Not there: {', '.join(material.missing)}. What they would tell is missing.")
    if material.writes and not material.complete:
        said.append("The ledger was cut off: the run was killed, or it still goes on.")
    if material.verdict is not None:
        stops = not material.faults or material.stops_writes
        then = material.verdict["rto_ms"] if stops else None
        now = None if found is None else found.seconds * 1000
        grain = 0.0 if found is None else max(found.resolution * 1000, _ROUNDING_MS)
        if (then is None) != (now is None) or (
            then is not None and now is not None and abs(then - now) > grain
        ):
            said.append(_disagree("writes stopped for", _ms(then), _ms(now), "ledger"))
        told = material.verdict["writes"]
        for name in ("acknowledged", "refused", "unknown"):
            then, now = told[name], (outcomes or {}).get(name, 0)
            if outcomes is None or then is None or then == now or (material.goes_on and then < now):
                continue
            said.append(_disagree(f"{name} writes", then, now, "ledger"))
    result = (material.result or {}).get("requests")
    whole = result and requests and not material.of_one
    for name in ("ok", "failed", "unknown") if whole else ():
        if result and requests and result[name] != requests[name]:
            said.append(_disagree(f"{name} requests", result[name], requests[name], "series"))
    return said


_ROUNDING_MS = 5.0
"""The wall clock's milliseconds stand between the fault's record and the ledger."""


def _disagree(what: str, then: Any, now: Any, source: str) -> str:
    return f"Disagreement: {what}: {then} as concluded then, {now} by the {source}."


def _ms(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0f} ms"


def _length(keys: list[str] | None) -> int | None:
    return None if keys is None else len(keys)
