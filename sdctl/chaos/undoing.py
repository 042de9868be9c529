"""What undoes a fault, by its record and by what is there now; and how it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sdctl.faults.fault import Fault, all_faults
from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, NotNow, SdctlError, TargetRefused
from sdctl.state import observation
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.network_operations import Restore
from sdctl.targets.operations import Exec, Op, of_fault

if TYPE_CHECKING:
    from sdctl.targets.target import Target

UNDO_S = 5.0
"""For so long it is tried again: a server may just be starting, or another one take over."""


class _Failed(SdctlError):
    """A command in a node that was to undo a fault."""


def undo(
    engine: Target, stack: Stack, record: Record, begins: Callable[[], None]
) -> tuple[Sequence[Op], list[str]]:
    """Carry out what undoes a fault. The operations, and the nodes on which nothing was left to
    undo. It ``begins`` when it is known what that is. Raises ``SdctlError`` where it does not
    succeed: then the fault may still be on."""

    def tried() -> tuple[Sequence[Op], list[str]] | SdctlError:
        try:
            operations = undoing(engine, stack, record)
            begins()
            return operations, [op.node for op in operations if not _undone(engine, op)]
        except (NotNow, TargetRefused, _Failed) as error:
            return ((), []) if _over_by_itself(record) else error

    _, found = waiting.until(
        tried, lambda found: not isinstance(found, SdctlError), timeout_s=UNDO_S
    )
    if isinstance(found, SdctlError):
        found.message = f"{record.id} is not healed: {found.message}"
        raise found
    return found


def undoing(engine: Target, stack: Stack, record: Record) -> Sequence[Op]:
    """What undoes it; nothing where neither stack nor node are there any more. Raises ``NotNow``
    where that cannot be said at this moment, as nobody leads."""
    fault = known(record)
    try:
        return operations_of(fault, record, observation.snapshot(engine, stack))
    except NotNow:
        raise
    except NoSuchTarget:
        return ()


def planned(engine: Target, stack: Stack, records: Sequence[Record]) -> list[str]:
    """A line for each operation that would heal them. Nothing is done, and nothing written down."""
    on = [record for record in records if record.healed_at is None]
    return [str(op) for record in on for op in undoing(engine, stack, record)]


def known(record: Record) -> Fault:
    """The fault that a record is of."""
    try:
        return all_faults()[record.kind](**record.params)
    except (LookupError, TypeError, ValueError) as error:
        raise SdctlError(
            f"this sdctl does not know how to undo {record.kind!r}{_more(record.kind, error)}",
            hint="Was it made by another version, or by a plug-in (SDCTL_PLUGINS)?",
        ) from None


def operations_of(fault: Fault, record: Record, snapshot: Snapshot) -> Sequence[Op]:
    """What undoes the fault of a record, given what is there."""
    return of_fault(fault.heal(snapshot, record.target), record.id)


def _undone(engine: Target, operation: Op) -> bool:
    """Carry it out; False where there was nothing to undo any more."""
    try:
        done = engine.apply(operation)
    except NoSuchTarget:  # it was taken away meanwhile
        return False
    if isinstance(operation, Exec) and done.code:
        said = done.stderr.strip() or done.stdout.strip() or f"code {done.code}"
        raise _Failed(f"{operation} failed: {said}", hint="`sdctl status` shows how its node is.")
    return not (isinstance(operation, Restore) and done.code)


def _over_by_itself(record: Record) -> bool:
    return known(record).ends_by_itself and record.its_time_is_over()


def _more(kind: str, error: Exception) -> str:
    """What an error says beside the kind: of an unknown one it says no more than that."""
    return "" if isinstance(error, KeyError) and error.args == (kind,) else f" ({error})"
