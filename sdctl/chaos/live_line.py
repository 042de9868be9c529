"""What is so while a fault is on, in one sentence for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.components.band import Band
from sdctl.judge.ledger import Write
from sdctl.judge.outage import ROW

_SILENT_S = 1.5
"""Shorter silences may be those of whoever tells: a load tells of its writes each half second."""


def sentence(
    writes: Sequence[Write],
    ticks: Sequence[Mapping[str, Any]],
    *,
    since: float,
    now: float,
    band: Band | None = None,
    leads: bool = False,
) -> str:
    """Such as ``writes refused for 12 s; a new leader in 6 to 12 s, by the settings; reads
    answered, 54/s``. Moments are of ``time.monotonic()``; ``since``: when the fault began."""
    good = [write.done_at for write in writes if write.outcome == "acknowledged"]
    silent = now - max(good, default=since)
    stopped = len(good) < ROW or silent > _SILENT_S
    if stopped:
        refused = any(
            write.outcome == "refused" for write in writes if write.done_at > now - silent
        )
        told = f"writes {'refused' if refused else 'without an answer'} for {silent:.0f} s"
    else:
        told = f"writes are acknowledged, {sum(at > good[-1] - 1.0 for at in good)}/s"
    waits = stopped or (band is not None and band.of == "failover")
    leader = _leader(band, now - since, leads=leads) if waits else ""
    return "; ".join(part for part in (told, leader, _reads(ticks)) if part)


def _leader(band: Band | None, elapsed: float, *, leads: bool) -> str:
    if leads:
        return "somebody leads again"
    if band is None:
        return ""
    low, high = band.low_s - elapsed, band.high_s - elapsed
    if high < 0:
        return f"a new leader was expected {-high:.0f} s ago"
    return f"a new leader in {max(low, 0):.0f} to {high:.0f} s, by the settings"


def _reads(ticks: Sequence[Mapping[str, Any]]) -> str:
    if len(ticks) < 2 or "reads_ok" not in ticks[-1]:
        return ""
    before, last = ticks[-2], ticks[-1]
    span = last["at_s"] - before["at_s"]
    answered = (last["reads_ok"] - before["reads_ok"]) / span if span > 0 else 0.0
    failed = last["reads_bad"] - before["reads_bad"]
    if last["reads_ok"] + last["reads_bad"] == 0:
        return ""
    return f"reads answered, {answered:.0f}/s" + (f", {failed} failed" if failed else "")
