"""The faults of a stack, written down before they are applied, each with the moment it heals.

One file each in the stack's history: ``faults/f-3.json``. A record says what has to be healed; what
is there is still asked of the engine.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sdctl.errors import no_such
from sdctl.stack import Stack
from sdctl.units import utc


@dataclass(frozen=True, kw_only=True)
class Record:
    """One fault. ``healed_at`` is None while it may still be on."""

    id: str
    kind: str
    params: Mapping[str, Any]
    how: str | None
    tier: str
    target: str
    started_at: str
    until: str
    healed_at: str | None = None
    injected_at: str | None = None
    """When its operations began; None: they did not."""
    run: str | None = None
    """The load that it was measured with."""

    def to_json(self) -> dict[str, Any]:
        """As in ``status --json`` under ``faults``."""
        return asdict(self)

    def overdue(self) -> bool:
        """Whether its time is over."""
        return utc() >= self.until


def open_record(stack: Stack, **fields: Any) -> Record:
    """Write a new record down, with the next free id; ``for_s`` gives its end."""
    folder = _folder(stack)
    folder.mkdir(parents=True, exist_ok=True)
    until = utc(datetime.now(UTC) + timedelta(seconds=fields.pop("for_s")))
    number = max((int(path.stem[2:]) for path in folder.glob("f-*.json")), default=0) + 1
    while True:
        record = Record(id=f"f-{number}", started_at=utc(), until=until, **fields)
        try:
            # the name is the claim: of two at the same time one gets it
            with (folder / f"{record.id}.json").open("x") as file:
                json.dump(record.to_json(), file)
            return record
        except FileExistsError:
            number += 1


def close_record(stack: Stack, record: Record) -> Record:
    """Write down that it is healed."""
    return _rewrite(stack, replace(record, healed_at=utc()))


def injecting(stack: Stack, record: Record) -> Record:
    """Write down that its operations begin now."""
    return _rewrite(stack, replace(record, injected_at=utc()))


def _rewrite(stack: Stack, record: Record) -> Record:
    folder = _folder(stack)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".")
    with os.fdopen(descriptor, "w") as file:
        json.dump(record.to_json(), file)
    Path(temporary).replace(folder / f"{record.id}.json")
    return record


def all_records(stack: Stack) -> list[Record]:
    """Every fault of the stack, oldest first."""
    paths = sorted(_folder(stack).glob("f-*.json"), key=lambda path: int(path.stem[2:]))
    return [_read(path) for path in paths]


def active(stack: Stack) -> list[Record]:
    """Those not healed yet."""
    return [record for record in all_records(stack) if record.healed_at is None]


def find(stack: Stack, fault_id: str) -> Record:
    """The record with this id; ``NoSuchTarget`` otherwise."""
    for record in all_records(stack):
        if record.id == fault_id:
            return record
    raise no_such("fault", fault_id, [record.id for record in active(stack)] or ["no active fault"])


def forget_active(stack: Stack) -> None:
    """Close what is open: the stack is gone, so there is nothing to heal."""
    for record in active(stack):
        close_record(stack, record)


def _folder(stack: Stack) -> Path:
    return stack.history / "faults"


def _read(path: Path) -> Record:
    return Record(**json.loads(path.read_text()))
