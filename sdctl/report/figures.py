"""A report's figures, computed from the raw files; what only a verdict can tell is taken from it.

Pure. Where a raw file and what was concluded from it at the time disagree, the page says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.judge.intervals import percentile
from sdctl.judge.outage import Outage, outage
from sdctl.report.material import Material


@dataclass(frozen=True, kw_only=True)
class Figures:
    """None: not measured."""

    outage: Outage | None
    outcomes: Mapping[str, int] | None
    """Writes by outcome, from the ledger."""
    requests: Mapping[str, int] | None
    """ok, failed, unknown: from the series' last second, else from the result."""
    lost: int | None
    duplicated: int | None
    p99_ms: float | None
    """Of all requests, as they were scheduled."""
    normal_ms: float | None
    """The p99 of the writes that ran outside the outage, each from when it was sent."""
    outage_ms: float | None
    """The same of those that ran within it."""
    reads: Mapping[str, Any] | None
    """``answered``, ``failed`` and ``seconds`` of reads while writes were stopped."""
    remarks: tuple[str, ...]


def figures(material: Material) -> Figures:
    """Everything that stands large on the page."""
    verdict = material.verdict or {}
    writes = verdict.get("writes") or {}
    found = _outage(material)
    counted = Counter[str](write.outcome for write in material.writes)
    outcomes = counted if material.writes else None
    requests = _requests(material)
    latency = (material.result or {}).get("latency_ms") or {}
    return Figures(
        outage=found,
        outcomes=outcomes,
        requests=requests,
        lost=_length(writes.get("lost")),
        duplicated=_length(writes.get("duplicated")),
        p99_ms=(latency.get("response") or {}).get("p99"),
        normal_ms=_p99(material, found, inside=False),
        outage_ms=_p99(material, found, inside=True),
        reads=(verdict.get("reads") or {}).get("during_outage"),
        remarks=tuple(_remarks(material, found, outcomes, requests)),
    )


def _outage(material: Material) -> Outage | None:
    fault = material.fault
    acks = sorted(write.done_at for write in material.writes if write.outcome == "acknowledged")
    if fault is None or fault.injected_s is None or not acks:
        return None
    failures = [write.sent_at for write in material.writes if write.outcome != "acknowledged"]
    return outage(acks, fault.injected_s, acks[-1], failures=failures)


def _p99(material: Material, found: Outage | None, *, inside: bool) -> float | None:
    """Of the writes that overlap the outage, or that do not."""
    if found is None:
        return None
    took = [
        (write.done_at - write.sent_at) * 1000
        for write in material.writes
        if (write.done_at > found.since and write.sent_at < found.until) is inside
    ]
    return percentile(sorted(took), 99) if took else None


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
    said = []
    if material.missing:
        said.append(f"Not there: {', '.join(material.missing)}. What they would tell is missing.")
    if material.writes and not material.complete:
        said.append("The ledger was cut off: the run was killed, or it still goes on.")
    if material.verdict is not None:
        then = material.verdict["rto_ms"]
        now = None if found is None else found.seconds * 1000
        grain = 0.0 if found is None else max(found.resolution * 1000, _ROUNDING_MS)
        if (then is None) != (now is None) or (
            then is not None and now is not None and abs(then - now) > grain
        ):
            said.append(_disagree("writes stopped for", _ms(then), _ms(now), "ledger"))
        counted = material.verdict["writes"]
        for name in ("acknowledged", "refused", "unknown"):
            then, now = counted[name], (outcomes or {}).get(name, 0)
            if outcomes is not None and then is not None and then != now:
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
