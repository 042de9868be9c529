"""What ``run.json`` and ``result.json`` hold, as their readers take it. An older sdctl wrote less,
a newer one may write more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from typing_extensions import TypedDict

Number = float | None
Count = int | None


class ComparedShape(TypedDict, total=False):
    """An assertion."""

    expr: str
    ok: bool | None
    value: Number


class RequestsShape(TypedDict, total=False):
    """Requests by how they ended."""

    sent: int
    ok: int
    failed: int
    unknown: int
    retried: int
    by_status: Mapping[str, int]
    by_error: Mapping[str, int]
    by_kind: Mapping[str, int]
    error_answers: list[Any]


class LatenciesShape(TypedDict, total=False):
    """Times of requests."""

    response: Mapping[str, Number]
    service: Mapping[str, Number]


class GeneratorShape(TypedDict, total=False):
    """Of whoever sent."""

    saturated: bool
    limit: str | None
    because: str | None
    nice: Count
    late_ms_p99: Number
    cpu_s: Number
    processes: int


class StaleShape(TypedDict, total=False):
    """Reads of a load."""

    checked: int
    stale: Count
    response_ms: Mapping[str, Number] | None


class ResultShape(TypedDict, total=False):
    """``result.json``, and what `sdctl load --out` writes."""

    run: str
    workload: str
    target_rps: Number
    offered_rps: Number
    achieved_rps: Number
    duration_s: Number
    requests: RequestsShape
    reads: StaleShape
    latency_ms: LatenciesShape
    generator: GeneratorShape
    host: Mapping[str, Number] | None
    assertions: list[ComparedShape]
    series: list[Mapping[str, Any]]


class ScheduleShape(TypedDict, total=False):
    """How many were sent when."""

    points: list[list[float]]
    duration_s: float


class RunShape(TypedDict, total=False):
    """``run.json``."""

    run: str
    kind: Literal["load", "chaos"]
    day: str | None
    stack: str | None
    stack_id: str | None
    profile: str | None
    pid: int
    started_at: str
    workload: str
    seed: int
    retries: int
    schedule: ScheduleShape
    url: str
    settings: Mapping[str, Any] | None
    images: Mapping[str, str]
    host: Mapping[str, Any]
    sdctl: str
    fault: Any
