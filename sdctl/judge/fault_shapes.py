"""What ``verdict.json`` holds of a fault, as its readers take it; see ``run_shapes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from sdctl.judge.run_shapes import Number


class FaultShape(TypedDict, total=False):
    """What was done."""

    id: str
    kind: str
    how: str | None
    tier: str | None
    target: str | None
    started_at: str
    healed_at: str | None
    healed_by: str | None
    asked: str


class AtEndShape(TypedDict, total=False):
    """An effect, looked at again."""

    seen: float | str | None
    holds: bool | None
    why: str | None
    more: Mapping[str, Any]


class EffectShape(TypedDict, total=False):
    """What was asked for, and seen."""

    what: str
    asked: float | str
    seen: float | str | None
    unit: str
    tolerance: str
    holds: bool | None
    why: str | None
    more: Mapping[str, Any]
    at_end: AtEndShape | None


class BandShape(TypedDict, total=False):
    """A range of times."""

    of: str
    name: str
    source: str
    low_ms: Number
    high_ms: float
    why: str
    holds: bool | None
    meanwhile: str


class ExpectationShape(TypedDict, total=False):
    """What a fault predicted."""

    what: str
    low: Number
    high: Number
    unit: str
    why: str
    measured: Number
    holds: bool | None
    meanwhile: str


class TakeoverShape(TypedDict, total=False):
    """The next leader."""

    node: str
    lacked_ms: Number
    lag_bytes: Number
    lag_seconds: Number


class MessagesShape(TypedDict, total=False):
    """Messages whose work failed."""

    failed: int
    retried: int
    dead: int
    retry_delays_s: list[float]


class OfFaultShape(TypedDict, total=False):
    """What a verdict says of its fault: of a run with one, or of a part of a game day."""

    fault: FaultShape | None
    effects: list[EffectShape]
    rto_ms: Number
    rto_resolution_ms: Number
    healed_before_ms: Number
    phases_ms: Mapping[str, Number]
    phases_remark: str | None
    revoked_ms: Number
    write_ms: Mapping[str, Mapping[str, Number]] | None
    failed_in_part: Mapping[str, Number]
    failover_ms: Number
    predicted: BandShape | None
    published: list[BandShape]
    leader_before: str | None
    leader_after: str | None
    took_over: TakeoverShape | None
    failover: bool | None
    led_after_ms: Number
    came_back: bool | None
    alone: bool
    ended_by: str | None
    unseen: str | None
    messages: MessagesShape | None
    expected: list[ExpectationShape]
    next_step: str | None


class PartShape(OfFaultShape, total=False):
    """A fault of a game day."""

    kind: str
    name: str
    at_s: float
    began: bool
    why: str
    writes_per_s: Number
