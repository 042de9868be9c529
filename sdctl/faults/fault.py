"""The contract: what a fault is. Each file beside this one defines one ``FAULT``, a frozen
dataclass whose fields are its options on the command line.

A fault decides, and does nothing: ``plan`` and ``heal`` return operations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sdctl.foundation import plugins

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.operations import Op


@dataclass(frozen=True, kw_only=True)
class FaultPlan:
    """What a fault will do: to which tier and node, by which operations."""

    tier: str
    target: str
    """A node's name, or what stands for several (``2 workers``)."""
    how: str | None
    inject: tuple[Op, ...]
    for_s: float
    """It heals after this long at the latest, also when sdctl is gone by then."""
    spare_s: float = 0.0
    """How much later the process that outlives sdctl heals it, where sdctl itself does so to the
    millisecond and nobody is to be before it."""
    undo: tuple[Op, ...] = ()
    """What ends a fault that ``watches`` the time, without another look at the stack."""
    leader_before: str | None = None


class Fault:
    """The base of every fault. Subclasses are frozen dataclasses; fields are made by ``option``."""

    kind: ClassVar[str]
    summary: ClassVar[str]
    watches: ClassVar[Literal["writes", "messages", "time"]] = "writes"
    """What ends it: a recovery, or its time. The verdict on ``writes`` is about whether they stop,
    that on ``messages`` about whether each gets through; ``time`` ends with ``undo``, exactly."""

    def check(self, components: Mapping[str, Component]) -> None:
        """Raises ``NoSuchTarget`` or ``UsageError`` for what no stack could do; without a stack."""

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """What to do in this stack. Raises ``NoSuchTarget`` or ``UsageError``; touches nothing."""
        raise NotImplementedError

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """What undoes it, given what is there by then. Harmless when there is nothing to undo."""
        raise NotImplementedError

    def params(self) -> dict[str, Any]:
        """The fields, as they are written down: ``type(self)(**params)`` is this fault again."""
        return {field.name: getattr(self, field.name) for field in fields_of(type(self))}


def fields_of(fault: type[Fault]) -> tuple[dataclasses.Field[Any], ...]:
    """A fault's options, in order."""
    return dataclasses.fields(fault)  # type: ignore[arg-type]  # every subclass is a dataclass


def option(default: Any, help_: str, *, argument: bool = False, parse: Any = None) -> Any:
    """A field of a fault that is also an option (or the argument) of its command.

    ``parse`` turns the text of the command line into the value; its ``ValueError`` is shown.
    """
    return dataclasses.field(
        default=default, metadata={"help": help_, "argument": argument, "parse": parse}
    )


def all_faults() -> dict[str, type[Fault]]:
    """Every known fault by kind (``kill-leader``)."""
    found = plugins.discover("sdctl.faults", "FAULT", besides=("fault",), fits=_fits)
    return {fault.kind: fault for fault in found.values()}


def _fits(value: Any) -> None:
    if not (isinstance(value, type) and issubclass(value, Fault)):
        raise TypeError("its FAULT is no Fault (sdctl/faults/fault.py)")
    _ = value.kind, value.summary
    for field in fields_of(value):
        if "help" not in field.metadata:
            raise TypeError(f"its field {field.name} is not made by option()")
