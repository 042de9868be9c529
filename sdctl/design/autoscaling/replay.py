"""Decisions over recorded metrics, without a stack: the same each time.

A file is either what ``sdctl autoscale --json`` printed, a document a line, or a table with a line
for each moment:

    seconds,cpu,rps,queue,p99
    0,0.4,50,0,12
    15,2.5,300,40,90

``cpu`` (processors), ``rps`` and ``queue`` (messages) are of all replicas together, ``p99`` is in
milliseconds; a column may be missing, and a cell empty: then nobody says it. Here the count is what
was decided before, and each replica has an equal share of the load, from the first moment on.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sdctl.design.autoscaling.decision import Decision, decide, remembered, replayed
from sdctl.design.autoscaling.observed import Measurement, Memory, Observation, Replica
from sdctl.design.autoscaling.settings import METRICS, AutoscaleSettings
from sdctl.foundation import json_files

_SHARED = ("cpu", "rps")
_LONG_AGO_S = 3600.0
_FURTHEST_S = 1e11
"""Some thousand years."""
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
"""As a table has it; Python would take ``1_000`` too."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A decision, and what was decided when it was recorded; None: it was not."""

    decision: Decision
    recorded: int | None = None


def decisions(
    text: str, settings: AutoscaleSettings, cpu_request: float, *, changed: bool
) -> tuple[Replayed, ...]:
    """Those of a file: of a table by ``settings``, from their ``min`` replicas on; of documents by
    the settings that were recorded, or by ``settings`` where ``changed``. Raises ``ValueError``."""
    if text.lstrip().startswith("{"):
        return tuple(_recorded(text, settings if changed else None))
    return tuple(_simulated(text, settings, cpu_request, settings.min))


def _recorded(text: str, settings: AutoscaleSettings | None) -> Iterator[Replayed]:
    """Each recorded decision again; with ``settings`` what they would have decided from the same
    metrics, counts and changes. Raises ``ValueError`` with the line that is no decision."""
    memory = Memory()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            document = json_files.parsed(line)
            if settings is None:
                decision = replayed(document)
            else:
                decision = decide(Observation.from_json(document), memory, settings)
                # the counts are those that were, so what policies count are the changes that were;
                # a table's were all carried out
                became = replace(decision, desired=int(document["desired"]))
                memory = remembered(became, carried_out=bool(document.get("carried_out", True)))
            _must_be_a_moment(decision.at)
            yield Replayed(decision=decision, recorded=int(document["desired"]))
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"line {number} is no decision of `sdctl autoscale --json`") from error


def _simulated(
    text: str, settings: AutoscaleSettings, cpu_request: float, current: int
) -> Iterator[Replayed]:
    """What would have been decided, beginning with ``current`` replicas. Raises ``ValueError``."""
    rows = csv.DictReader(text.splitlines())
    names = [name.strip() for name in rows.fieldnames or ()]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"its first line names {', '.join(twice)} twice")
    unknown = [name for name in names if name not in ("seconds", *METRICS)]
    if "seconds" not in names or unknown:
        raise ValueError(f"its first line must name columns: seconds, {', '.join(METRICS)}")
    if lacking := [metric for metric in settings.targets if metric not in names]:
        raise ValueError(
            f"it has no column {' and no '.join(lacking)}, for which there is a target"
        )
    memory, before = Memory(), float("-inf")
    for row in rows:
        try:
            at, given = _read(row, before)
            _must_be_a_moment(at)
            seen = _observation(at, given, current, cpu_request)
        except (ValueError, OverflowError) as error:
            why = "a value is too large" if isinstance(error, OverflowError) else error
            raise ValueError(f"line {rows.line_num}: {why}") from error
        before = at
        decision = decide(seen, memory, settings)
        memory = remembered(decision, carried_out=True)
        current = decision.desired
        yield Replayed(decision=decision)


def _must_be_a_moment(at: float) -> None:
    """Raises ``ValueError``: between two of them nobody can count."""
    if abs(at) > _FURTHEST_S:
        raise ValueError(f"{at:g} seconds are no moment")


def _read(row: Mapping[str | None, Any], before: float) -> tuple[float, dict[str, float]]:
    """Pure: a line's seconds, and its metrics by name. Raises ``ValueError``."""
    if None in row:
        raise ValueError(
            "it has more values than the first line has columns (a decimal sign is a point)"
        )
    cells = {name.strip(): (cell or "").strip() for name, cell in row.items() if name}
    values = {name: _number(name, cell) for name, cell in cells.items() if cell}
    if "seconds" not in values:
        raise ValueError("it has no seconds")
    at = values.pop("seconds")
    if at <= before:
        raise ValueError(f"seconds must grow, and {at:.12g} comes after {before:.12g}")
    if negative := [name for name, value in values.items() if value < 0]:
        raise ValueError(f"{', '.join(negative)} is less than 0")
    return at, values


def _number(name: str, cell: str) -> float:
    if not _NUMBER.fullmatch(cell) or not math.isfinite(value := float(cell)):
        raise ValueError(f"{name} is not a number: {cell!r}")
    return value


def _observation(
    at: float, given: Mapping[str, float], current: int, cpu_request: float
) -> Observation:
    def share(metric: str) -> Measurement | None:
        if metric not in given or not current:
            return None
        return Measurement(value=round(given[metric] * 1000 / current), at=at, window_s=15.0)

    long_ago = at - _LONG_AGO_S
    usage = {metric: share(metric) for metric in _SHARED}
    replicas = tuple(
        Replica(
            name=f"replica-{number}",
            ready_since=long_ago,
            started_at=long_ago,
            request=round(cpu_request * 1000),
            usage=usage,
        )
        for number in range(1, current + 1)
    )
    totals: dict[str, int | None] = {
        metric: round(given[metric] * 1000) if metric in given else None
        for metric in METRICS
        if metric not in _SHARED
    }
    return Observation(at=at, current=current, replicas=replicas, totals=totals)


def document(decision: Decision, line: str, **more: Any) -> dict[str, Any]:
    """What ``--json`` prints of a decision: its line first, for people who read JSON."""
    return {"line": line, **more, **decision.to_json()}
