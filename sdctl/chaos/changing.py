"""One command at a time changes a stack, and it finds no fault on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sdctl.chaos import healing
from sdctl.foundation import output
from sdctl.state import fault_records
from sdctl.state.stack import Stack
from sdctl.targets.target import Target


@contextmanager
def changing(engine: Target, stack: Stack, command: str) -> Iterator[None]:
    """While ``command`` changes the stack: alone, and with no fault on. Whatever it decides by is
    to be read within. Raises ``UsageError`` when another command is at work."""
    with stack.lock(command):
        end_left_over(engine, stack, command)
        yield


def end_left_over(engine: Target, stack: Stack, command: str) -> None:
    """Heal every fault that is on, and say so. Raises ``SdctlError`` for one that does not heal.

    For who holds the stack's lock: a run holds it until its fault has healed, so one that is still
    on was left by a run that was killed. A node that is paused, say, would neither get ready nor be
    judged rightly.
    """
    if not engine.nodes():
        fault_records.forget_active(stack)  # somebody removed the stack by hand
        return
    left = fault_records.active(stack)
    healed, failed = healing.heal_all(engine, stack, left, by=f"`sdctl {command}`")
    for record in healed:
        output.warn(
            f"{record.id} {record.kind} on {record.target} was left on by a run that was killed: "
            "it is healed now"
        )
    if failed:
        raise failed[0]
