"""The faults of a stack, written down before they are applied, each with the moment it heals.

One file each in the stack's history: ``faults/f-3.json``. One that is damaged is named once and
passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sdctl.foundation import files, output
from sdctl.foundation.errors import no_such
from sdctl.foundation.json_files import Damaged
from sdctl.foundation.units import utc
from sdctl.state.fault_record import Record, read
from sdctl.state.stack import Stack

_ID = re.compile(r"f-(\d{1,9})")


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
    """Write down who begins to end it, before it is undone. One that is healed stays as it is."""
    return _change(stack, record, lambda now: now if now.healed_at else replace(now, healing_by=by))


def _change(stack: Stack, record: Record, change: Callable[[Record], Record]) -> Record:
    """Change what is written down now, which may be more than ``record`` has: the run, its healer
    and other commands write into one record. Where that is damaged, ``record`` is changed; where
    somebody removed them all, nothing is written."""
    if not _folder(stack).exists():
        return change(record)
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
