"""What is said of a fault that could not be healed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sdctl.foundation.errors import SdctlError
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack


def name(record: Record, error: SdctlError) -> None:
    """An error says which fault it is."""
    if not error.message.startswith(record.id):
        error.message = f"{record.id} is not healed: {error.message}"


@contextmanager
def told(stack: Stack, record: Record) -> Iterator[None]:
    """A run that ends with an error, and leaves its fault on, says so and who heals it."""
    try:
        yield
    except SdctlError as error:
        now = fault_records.own(stack, record.id) or record
        if now.injected_at is not None and now.healed_at is None:
            name(now, error)
            error.details += (
                "It is still on. A process in the background goes on trying to heal it. "
                f"`sdctl chaos heal {now.id}` tries at once.",
            )
        raise
