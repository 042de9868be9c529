"""What is so while a fault is on, in one sentence for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.components.band import Band
from sdctl.foundation.units import counted
from sdctl.judge.ledger import Write
from sdctl.judge.outage import ROW
from sdctl.judge.run_facts import by_trouble

_SILENT_S = 1.5
"""Shorter silences may be those of whoever tells: a load tells of its writes each half second."""
_GROUPS = 2
"""Nodes that say the same are one; of so many the names are told."""


def sentence(
    writes: Sequence[Write],
    ticks: Sequence[Mapping[str, Any]],
    *,
    since: float,
    now: float,
    band: Band | None = None,
    leads: bool = False,
    target: str = "the leader",
    back_s: float | None = None,
) -> str:
    """Such as ``writes refused for 12 s; postgres-1's lease ends in about 7 s; 54 reads/s are
    answered``. Moments are of ``time.monotonic()``; ``since``: when the fault began; ``target``:
    the node that it hit; ``back_s``: until that is back, where nobody can take over from it."""
    good = [write.done_at for write in writes if write.outcome == "acknowledged"]
    silent = now - max(good, default=since)
    stopped = len(good) < ROW or silent > _SILENT_S
    if stopped:
        refused = any(
            write.outcome == "refused" for write in writes if write.done_at > now - silent
        )
        told = f"writes {'refused' if refused else 'without an answer'} for {silent:.0f} s"
    else:
        told = f"{sum(at > good[-1] - 1.0 for at in good)} writes/s are acknowledged"
    waits = stopped or (band is not None and band.of == "failover")
    leader = _leader(band, now - since, target, leads=leads) if waits else ""
    if back_s is not None and not leads:
        leader = f"nobody can take over from {target}, which is back in {max(back_s, 0):.0f} s"
    return "; ".join(part for part in (told, leader, _reads(ticks)) if part)


def _leader(band: Band | None, elapsed: float, target: str, *, leads: bool) -> str:
    if leads:
        return "somebody leads again"
    if band is None:
        return ""
    if band.first is not None and elapsed < band.first.high_s:
        left = max((band.first.low_s + band.first.high_s) / 2 - elapsed, 0)
        return f"{target}'s {band.first.name} ends in about {left:.0f} s"
    low, high = band.low_s - elapsed, band.high_s - elapsed
    if high < 0:
        return f"a new leader was predicted {-high:.0f} s ago"
    return f"a new leader in {max(low, 0):.0f} to {high:.0f} s, by the settings"


def nodes(ill: Mapping[str, str]) -> str:
    """Who is waited for, and what each says: ``app-1, app-2: starting``. Empty: nobody."""
    groups = list(by_trouble(ill))
    told = [f"{names}: {what}" for names, what in groups[:_GROUPS]]
    more = sum(len(names.split(", ")) for names, _ in groups[_GROUPS:])
    return "; ".join([*told, *([counted(more, "more node")] if more else [])])


def _reads(ticks: Sequence[Mapping[str, Any]]) -> str:
    if len(ticks) < 2 or "reads_ok" not in ticks[-1]:
        return ""
    before, last = ticks[-2], ticks[-1]
    span = last["at_s"] - before["at_s"]
    answered = (last["reads_ok"] - before["reads_ok"]) / span if span > 0 else 0.0
    failed = last["reads_bad"] - before["reads_bad"]
    if last["reads_ok"] + last["reads_bad"] == 0:
        return ""
    return f"{answered:.0f} reads/s are answered" + (f", {failed} failed" if failed else "")
