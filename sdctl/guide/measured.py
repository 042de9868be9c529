"""The figures of docs/measured.md, as `make measured` wrote them down."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sdctl.foundation import assets
from sdctl.foundation.digits import in_digits
from sdctl.judge.intervals import median_interval

Figure = Mapping[str, Any]
"""``key``, ``what``, ``command``, ``unit``, ``values``, ``also`` (what else is known), ``missing``
(why there is none); in place of values a ``text``."""


def value(figure: Figure) -> str:
    """A figure in words: the median, its interval or range, the number of runs, and what else is
    known. A figure that is not there says why."""
    if figure["missing"]:
        return f"not measured: {figure['missing']}"
    parts = [figure["text"]] if "text" in figure else [_measured(figure)]
    return ". ".join([*parts, *([figure["also"]] if figure["also"] else [])])


def _measured(figure: Figure) -> str:
    values, unit = sorted(figure["values"]), figure["unit"]
    if not values:
        return "not measured"
    if len(values) == 1:
        return f"{number(values[0])} {unit} (one run)"
    median = f"median {number(statistics.median(values))} {unit}"
    between = median_interval(values)
    if between is None:
        return f"{median} (all {len(values)} runs: {number(values[0])} to {number(values[-1])})"
    interval = f"{between.level:.0%} interval {number(between.low)} to {number(between.high)}"
    return f"{median} ({interval}; {len(values)} runs, longest {number(values[-1])})"


def number(value: float) -> str:
    """Three digits that count, and never an exponent."""
    return in_digits(value, 3)


def found(words: tuple[str, ...]) -> list[dict[str, str]]:
    """Figures of the record with one of these words as their key or in their command, if they were
    measured: ``what``, its ``value`` in words, the ``command``, and ``on``, the day, the machine
    and the profile. Empty without a record."""
    return [
        {"what": f["what"], "value": value(f), "command": f["command"], "on": on}
        for f, on in _of(words)
    ]


def in_short(words: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    """The same figures, each as its median alone and what it is: ``("2.4 s", "writes stopped after
    …")``. By how many runs that is the median of, and where they were made."""
    told: dict[str, list[tuple[str, str]]] = {}
    for f, on in _of(words):
        values = f.get("values") or ()
        median = f"{number(statistics.median(values))} {f['unit']}" if values else value(f)
        runs = f"median of {len(values)} runs" if len(values) > 1 else "one run"
        where = f"{runs}, {on}" if values else on
        told.setdefault(where, []).append((median, f["what"]))
    return told


_ITS_OWN = re.compile(r"in `(\w+)`")
"""A figure that was not measured in the record's profile says in which."""


def _of(words: tuple[str, ...]) -> Iterator[tuple[Figure, str]]:
    record = _record(assets.measured())
    if record is None:
        return
    for part in record["parts"].values():
        for f in part["figures"]:
            if {f["key"], *f["command"].split()} & {*words} and not f["missing"]:
                own = _ITS_OWN.search(f["what"])
                profile = own[1] if own else record["profile"]
                yield f, f"{part['at'][:10]}, {record['machine']['cores']} cores, {profile}"


@cache
def _record(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    record: Mapping[str, Any] = json.loads(path.read_text())
    return record
