"""What ``verdict.json`` holds, as its readers take it; see ``run_shapes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from typing_extensions import TypedDict

from sdctl.judge.fault_shapes import OfFaultShape, PartShape
from sdctl.judge.run_shapes import ComparedShape, Count, Number

Keys = list[str] | None


class DuringShape(TypedDict, total=False):
    """Reads while writes were stopped."""

    answered: int
    failed: int
    seconds: float


class ReadsShape(TypedDict, total=False):
    """Reads."""

    stale: Count
    during_outage: DuringShape | None


class WritesShape(TypedDict, total=False):
    """Writes, as they were found in the stores."""

    acknowledged: Count
    refused: Count
    unknown: Count
    recovered: Count
    lost: Keys
    duplicated: Keys
    altered: Keys
    unfinished: Keys
    dead: Keys
    undelivered: Keys
    notified_twice: Keys
    behind: Mapping[str, int] | None


class NodesShape(TypedDict, total=False):
    """Nodes that were not well."""

    ill_before: Mapping[str, str]
    ill_after: Mapping[str, str]


class LookShape(TypedDict, total=False):
    """A look at the steady state."""

    ok: bool | None
    why: str | None
    assertions: list[ComparedShape]


class SteadyShape(TypedDict, total=False):
    """Both looks."""

    before: LookShape
    after: LookShape | None


class StopShape(TypedDict, total=False):
    """A time without writes that several faults of a game day share."""

    faults: list[str]
    rto_ms: float


class VerdictShape(OfFaultShape, total=False):
    """``verdict.json``."""

    run: str
    verdict: Literal["pass", "fail", "unknown"]
    why: str | None
    passed: str | None
    times_count: bool | None
    limit: str | None
    because: str | None
    errors: list[str] | None
    requests: Mapping[str, Count]
    writes: WritesShape
    reads: ReadsShape
    host: Mapping[str, Any] | None
    settled: bool | None
    complete: bool
    ledger_writes: Number
    besides: list[str]
    interrupted: bool
    nodes: NodesShape
    day: str
    seed: int
    steady: SteadyShape
    assertions: list[ComparedShape]
    faults: list[PartShape]
    shared_stops: list[StopShape]
