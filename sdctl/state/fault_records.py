"""The faults of a stack, written down before they are applied, each with the moment it heals.

One file each in the stack's history: ``faults/f-3.json``. A record says what has to be healed; what
is there is still asked of the engine. One that is damaged is named once and passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

from sdctl.foundation import files, moments, output, shape
from sdctl.foundation.errors import no_such
from sdctl.foundation.files import Damaged
from sdctl.foundation.units import utc
from sdctl.state.stack import Stack

_ID = re.compile(r"f-(\d{1,9})")
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
        return {**asdict(self), "started_at": self.began}

    @property
    def own_end(self) -> datetime:
        """Until when it is on for as long as it was asked for: it was written down before it began,
        and its time counts from when it did."""
        waited = _moment(self.began) - _moment(self.started_at)
        return _moment(self.until) + waited - timedelta(seconds=self.spare_s)

    def its_time_is_over(self) -> bool:
        """Whether its own end has come."""
        return datetime.now(UTC) >= self.own_end

    def overdue(self, *, by_s: float = 0.0) -> bool:
        """Whether its time has been over for so long."""
        return datetime.now(UTC) >= _moment(self.until) + timedelta(seconds=by_s)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def open_record(stack: Stack, **values: Any) -> Record:
    """Write a new record down, with the next free id; ``for_s`` and ``spare_s`` give its end."""
    folder = _folder(stack)
    folder.mkdir(parents=True, exist_ok=True)
    lasts_s = values.pop("for_s") + values.get("spare_s", 0.0)
    until = utc(datetime.now(UTC) + timedelta(seconds=lasts_s))
    number = max((number for number, _ in _numbered(folder)), default=0) + 1
    while True:
        record = Record(id=f"f-{number}", started_at=utc(), until=until, **values)
        try:
            # the name is the claim: of two at the same time one gets it
            files.write_new(folder / f"{record.id}.json", _text(record))
            return record
        except FileExistsError:
            number += 1


def close_record(stack: Stack, record: Record, *, by: str | None = None) -> Record:
    """Write down that it is healed, and by whom. One that was closed meanwhile stays as it is."""

    def close(now: Record) -> Record:
        return now if now.healed_at else replace(now, healed_at=utc(), healed_by=by)

    return _change(stack, record, close)


def injecting(stack: Stack, record: Record) -> Record:
    """Write down that its operations begin now. One that somebody ends, or has ended, stays as it
    is (``Record.ending_by``): its healer may be gone, so it is not to be injected any more."""

    def begin(now: Record) -> Record:
        return now if now.ending_by else replace(now, injected_at=utc())

    return _change(stack, record, begin)


def healing(stack: Stack, record: Record, *, by: str) -> Record:
    """Write down who begins to end it, before it is undone."""
    return _change(stack, record, lambda now: replace(now, healing_by=by))


def _change(stack: Stack, record: Record, change: Callable[[Record], Record]) -> Record:
    """Change what is written down now, which may be more than ``record`` has: the run, its healer
    and other commands write into one record. Where that is damaged, ``record`` is changed."""
    with files.alone_in(_folder(stack)):
        now = own(stack, record.id) or record
        changed = change(now)
        if changed != now:
            files.write_whole(_folder(stack) / f"{record.id}.json", _text(changed))
    return changed


def all_records(stack: Stack) -> list[Record]:
    """Every fault of the stack, oldest first."""
    found = (_read(path) for _, path in sorted(_numbered(_folder(stack))))
    return [record for record in found if record is not None]


def active(stack: Stack) -> list[Record]:
    """Those not healed yet."""
    return [record for record in all_records(stack) if record.healed_at is None]


def find(stack: Stack, fault_id: str) -> Record:
    """The record with this id; ``NoSuchTarget`` otherwise. No other record is read for it."""
    if _ID.fullmatch(fault_id) and (record := own(stack, fault_id)) is not None:
        return record
    raise no_such("fault", fault_id, [record.id for record in active(stack)])


def own(stack: Stack, fault_id: str) -> Record | None:
    """One record, and none but it is looked at; None where it is not there or damaged."""
    return _read(_folder(stack) / f"{fault_id}.json")


def forget_active(stack: Stack) -> None:
    """Close what is open: the stack is gone, so there is nothing to heal."""
    for record in active(stack):
        close_record(stack, record, by="`sdctl down`")


def _folder(stack: Stack) -> Path:
    return stack.history / "faults"


def _text(record: Record) -> str:
    return json.dumps(asdict(record)) + "\n"


def _numbered(folder: Path) -> Iterator[tuple[int, Path]]:
    """Everything in the folder that begins like an id: no number is used twice, also not that of
    a record that somebody damaged."""
    for path in folder.iterdir() if folder.exists() else ():
        if match := _ID.match(path.name):
            yield int(match[1]), path


def _read(path: Path) -> Record | None:
    try:
        return read(path)
    except FileNotFoundError:
        return None
    except Damaged as why:
        output.warn(f"{path} is passed over: {why}. No fault is healed from it; it may be deleted")
        return None


def read(path: Path) -> Record:
    """One record. What a newer sdctl added is left out. Raises ``Damaged``."""
    raw = files.read_object(path)
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
