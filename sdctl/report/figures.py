"""A report's figures, computed from the raw files; what only a verdict can tell is taken from it.

Pure. Where a raw file and what was concluded from it at the time disagree, the page says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.chaos.outages import outage_among
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
    counted = Counter[str](write.outcome for write in material.writes)
    outcomes = counted if material.writes else None
    requests = _requests(material)
    latency = (material.result or {}).get("latency_ms") or {}
    stopped = [(outage.since, outage.until) for outage in known if outage.seconds]
    longest = None if None in own else max(known, key=lambda outage: outage.seconds, default=None)
    spans, own_spans = _on(material.faults), _on(material.judged)
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


def _outages(material: Material) -> dict[str, Outage | None]:
    """Of each fault that stops writes, by its id: as the verdict has them, by the same rule, from
    the same ledger. None: not known."""
    spans, then = _on(material.faults), _known_then(material)
    return {
        fault.id: outage_among(
            then if fault in material.judged else material.writes,
            spans[fault.id],
            [*spans.values()],
            complete=material.complete,
        )
        for fault in material.faults
        if fault.stops_writes and fault.id in spans
    }


def _known_then(material: Material) -> Sequence[Write]:
    """The writes by which a fault was judged. Of a load that went on after that they are the first
    in its ledger, which is in the order in which outcomes became known."""
    counted = (material.verdict or {}).get("writes") or {}
    counts = [counted.get(name) for name in ("acknowledged", "refused", "unknown")]
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


def _requests(material: Material) -> Mapping[str, int] | None:
    if material.series:
        return {name: material.series[-1][name] for name in ("ok", "failed", "unknown")}
    counts = (material.result or {}).get("requests")
    return counts and {name: counts[name] for name in ("ok", "failed", "unknown")}


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
        counted = material.verdict["writes"]
        for name in ("acknowledged", "refused", "unknown"):
            then, now = counted[name], (outcomes or {}).get(name, 0)
            if outcomes is None or then is None or then == now or (material.goes_on and then < now):
                continue
            said.append(_disagree(f"{name} writes", then, now, "ledger"))
    result = (material.result or {}).get("requests")
    for name in ("ok", "failed", "unknown") if result and requests else ():
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
