"""One fault of a stack as it is written down. It says what has to be healed; what is there is still
asked of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

from sdctl.foundation import json_files, moments, shape
from sdctl.foundation.json_files import Damaged
from sdctl.foundation.units import utc

_MOMENTS = ("started_at", "until", "healed_at", "injected_at")
_MOST_SPARE_S = 86400.0


@dataclass(frozen=True, kw_only=True)
class Record:
    """One fault. ``healed_at`` is None while it may still be on."""

    id: str
    kind: str
    asked: str = ""
    """Its arguments, as they were typed: ``database:leader rest``."""
    params: Mapping[str, Any]
    how: str | None
    tier: str
    target: str
    started_at: str
    """When it was written down."""
    until: str
    spare_s: float = 0.0
    """So long before that its time is over. Until then it is left to its run, which heals it to the
    millisecond."""
    healed_at: str | None = None
    injected_at: str | None = None
    """When its operations began; None: they did not."""
    run: str | None = None
    """The load that it was measured with."""
    healed_by: str | None = None
    """Who ended it, such as ``the run`` or ``sdctl chaos heal``; None: it is on, or nobody said."""

    healing_by: str | None = None
    """Who has begun to end it before its time, other than its run."""

    @property
    def began(self) -> str:
        """Since when it has been on. Before that: when it was written down, seconds earlier."""
        return self.injected_at or self.started_at

    @property
    def ending_by(self) -> str | None:
        """Who has ended it, or has begun to; None: nobody."""
        return self.healed_by or self.healing_by or ("somebody" if self.healed_at else None)

    def to_json(self) -> dict[str, Any]:
        """As in ``status --json`` under ``faults``: its begin is when it was on."""
        return {**asdict(self), "started_at": self.began, "until": utc(self.deadline)}

    @property
    def own_end(self) -> datetime:
        """Until when it is on for as long as it was asked for: it was written down before it began,
        and its time counts from when it did."""
        waited = _moment(self.began) - _moment(self.started_at)
        return _moment(self.until) + waited - timedelta(seconds=self.spare_s)

    @property
    def deadline(self) -> datetime:
        """When it is healed at the latest, also if its run is there and hangs."""
        return self.own_end + timedelta(seconds=self.spare_s)

    def its_time_is_over(self) -> bool:
        """Whether its own end has come."""
        return datetime.now(UTC) >= self.own_end

    def overdue(self, *, by_s: float = 0.0) -> bool:
        """Whether its time has been over for so long."""
        return datetime.now(UTC) >= self.deadline + timedelta(seconds=by_s)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read(path: Path) -> Record:
    """One record. What a newer sdctl added is left out. Raises ``Damaged``."""
    raw = json_files.read_object(path)
    missing = [
        field.name for field in fields(Record) if field.default is MISSING and field.name not in raw
    ]
    if missing:
        raise Damaged(f"it has no {', '.join(missing)}")
    known = {name: kind for name, kind in get_type_hints(Record).items() if name in raw}
    wrong = [name for name, kind in known.items() if not _fits(name, raw[name], kind)]
    if wrong:
        raise Damaged(f"{', '.join(wrong)} cannot be so")
    if path.name != f"{raw['id']}.json":
        raise Damaged(f"it is a copy of {raw['id']}")
    return Record(**{name: raw[name] for name in known})


def _fits(name: str, value: object, kind: Any) -> bool:
    try:
        shape.check(value, kind)
        if name in _MOMENTS and value:
            moments.of_text(str(value))
    except ValueError:
        return False
    return name != "spare_s" or (isinstance(value, int | float) and 0 <= value <= _MOST_SPARE_S)
