"""The runs of a stack, a row each: what each was, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sdctl.foundation import processes
from sdctl.foundation.digits import plain
from sdctl.foundation.units import format_duration, utc
from sdctl.judge import runs
from sdctl.judge.run_folder import RunFolder
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """A run, in a list of them."""

    run: str
    began: str
    """RFC 3339, UTC."""
    day: str | None
    """The name of the game day that it was; None: it was none."""
    faults: tuple[str, ...]
    """Each with its id: ``f-3 kill-leader database``."""
    url: str | None
    """The service that its load went to; None: the stack itself."""
    load: str
    """What was sent: ``mixed, 40 rps, 3s``; empty: the run does not tell."""
    running: bool
    """Whether it still goes on."""
    verdict: str | None
    """``pass``, ``fail`` or ``unknown``; None: it was not judged, as a load without a fault."""
    rto_ms: float | None
    """For how long writes stopped; None: not measured."""
    times_count: bool | None
    """Whether its times are about the stack, and not about a machine that was full; None: it is not
    known, or not yet."""

    @property
    def what(self) -> str:
        """For people: ``game day leader-twice``, ``f-3 kill-leader database``, ``load``."""
        if self.day is not None:
            return f"game day {self.day}"
        load = f"load on {self.url}" if self.url else "load"
        return ", ".join(self.faults) or load

    @property
    def told(self) -> str:
        """``what``, with the load that was sent: ``load (mixed, 40 rps, 3s)``."""
        return f"{self.what} ({self.load})" if self.load else self.what

    @property
    def word(self) -> str:
        """The verdict in a word, or why there is none yet, or none at all."""
        return self.verdict or ("running" if self.running else "not judged")

    def to_json(self) -> dict[str, Any]:
        """A member of ``sdctl runs --json``."""
        return {**asdict(self), "faults": list(self.faults), "what": self.what}


def listed(stack: Stack, records: Sequence[Record], limit: int) -> tuple[list[RunRow], int]:
    """The latest ``limit`` runs, the last one first, and how many more there are. ``records``: the
    stack's faults."""
    folders = runs.all_runs(stack)
    faults: dict[str, list[str]] = {}
    for record in records:
        if record.run is not None:
            told = f"{record.id} {record.kind} {record.asked or record.target}"
            faults.setdefault(record.run, []).append(told.strip())
    latest = folders[: -limit - 1 : -1]
    return [_row(folder, faults) for folder in latest], len(folders) - len(latest)


def _row(folder: RunFolder, faults: Mapping[str, Sequence[str]]) -> RunRow:
    said, judged = folder.read("run") or {}, folder.read("verdict") or {}
    result = folder.read("result") or {}
    # a load goes on though a fault beside it was judged
    ended = folder.has("result" if said.get("kind") == "load" else "verdict")
    elsewhere = "stack" in said and said["stack"] is None
    return RunRow(
        run=folder.run,
        began=utc(datetime.fromtimestamp(folder.began, UTC)),
        day=folder.day,
        faults=tuple(faults.get(folder.run, ())),
        url=said.get("url") if elsewhere else None,
        load=_load(said, result),
        running=not ended and processes.lives(said),
        verdict=judged.get("verdict"),
        rto_ms=judged.get("rto_ms"),
        times_count=_times_count(judged, result),
    )


def _times_count(judged: Mapping[str, Any], result: Mapping[str, Any]) -> bool | None:
    """As the verdict says. Where that was given before its load had ended, as the load's result
    does."""
    said: bool | None = judged.get("times_count")
    if said is not None:
        return said
    saturated = (result.get("generator") or {}).get("saturated")
    return None if saturated is None else not saturated


def _load(said: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """The workload, the rate, and for how long: as it was, or else as a load was planned."""
    schedule = said.get("schedule") or {}
    rates = [rps for _, rps in schedule.get("points") or ()]
    planned = schedule.get("duration_s") if said.get("kind") == "load" else None
    seconds = result.get("duration_s", planned)
    parts = [str(said["workload"])] if "workload" in said else []
    if rates:
        low, high = min(rates), max(rates)
        parts.append(f"{plain(high)} rps" if low == high else f"{plain(low)} to {plain(high)} rps")
    if seconds is not None:
        parts.append(format_duration(seconds))
    return ", ".join(parts)
