"""What a fault that is on means for whoever would change the stack: not now."""

from __future__ import annotations

from datetime import datetime

from sdctl.chaos import healing
from sdctl.chaos import log as fault_log
from sdctl.chaos.log import Record
from sdctl.engine.engine import Engine
from sdctl.errors import UsageError
from sdctl.stack import Stack


def refuse_while_on(engine: Engine, stack: Stack) -> None:
    """Heal what is overdue, and say so. Raises ``UsageError`` while a fault is on: a node that is
    paused, say, would neither get ready nor be judged rightly."""
    if not engine.containers():
        fault_log.forget_active(stack)  # somebody removed the stack by hand
        return
    healing.sweep(engine, stack, late_s=0)
    if records := fault_log.active(stack):
        raise _on(records)


def _on(records: list[Record]) -> UsageError:
    first, last = records[0], max(records, key=lambda record: record.until)
    until = datetime.fromisoformat(last.until).astimezone().strftime("%H:%M:%S")
    each = ", ".join(f"{record.id} {record.kind} on {record.target}" for record in records)
    which = first.id if len(records) == 1 else "--all"
    return UsageError(
        f"a fault is on until {until}: {each}; nothing was changed",
        hint=f"Wait until then, or end it now: `sdctl chaos heal {which}`.",
    )
