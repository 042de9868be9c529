"""Operations: one atomic thing done to one node, each with its cause. Plain data, printable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sdctl.components.node import Ability
from sdctl.foundation.errors import UsageError
from sdctl.targets.network_operations import Connect, Drain, Helped, Impair, Restore
from sdctl.targets.operation import OnNode


class Start(OnNode):
    """Start a stopped node; nothing if it runs."""

    verb = "start"


class Stop(OnNode):
    """Stop a node in order: its stop signal, its grace period, then SIGKILL."""

    verb = "stop"
    requires = "hold down"


class Kill(OnNode):
    """SIGKILL the whole node at once. It stays down until it is started."""

    verb = "kill"
    requires = "hold down"


class Pause(OnNode):
    """Freeze every process of a node where it is: it keeps its connections and says nothing."""

    verb = "pause"
    requires = "pause"


class Unpause(OnNode):
    """Let a frozen node go on; nothing if it runs."""

    verb = "unpause"


class Remove(OnNode):
    """Take a node away, running or not; its data stay."""

    verb = "remove"


@dataclass(frozen=True, kw_only=True)
class LimitCpu(OnNode):
    """Let a node run for so many microseconds of each period and no longer; a quota of -1 is none.
    As the kernel counts it (CFS bandwidth control)."""

    verb = "limit the CPU of"
    requires = "limit the CPU of"
    quota_us: int
    period_us: int

    def __str__(self) -> str:
        if self.quota_us < 0:
            return self.for_its_cause(f"lift the CPU limit of {self.node}")
        share = f"{self.quota_us / self.period_us:.0%}"
        return self.for_its_cause(f"{self.verb} {self.node} to {share}")


@dataclass(frozen=True, kw_only=True)
class Exec(OnNode):
    """Run a command inside a node; a failure is an error."""

    verb = "exec in"
    command: tuple[str, ...]
    told: str = ""
    """What it comes to, as people are told it; empty: the command tells enough."""

    def __str__(self) -> str:
        return self.told or f"{self.verb} {self.node}: {' '.join(self.command)}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Attach(OnNode):
    """Run a command inside a node on the user's own terminal, until it ends."""

    verb = "attach to"
    command: tuple[str, ...]
    cause: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.node}: {' '.join(self.command)}"


Op = (
    Start | Stop | Kill | Pause | Unpause | Remove | LimitCpu | Exec | Attach | Impair | Restore
    | Helped | Connect | Drain
)  # fmt: skip


THIS_FAULT = "{this fault}"
"""A word of a command that stands for the id of the fault whose operation it is."""


def of_fault(operations: Iterable[Op], fault: str) -> tuple[Op, ...]:
    """The same, where a fault's id belongs into an operation: so that of two faults on one node
    each undoes its own, and measures its own."""
    return tuple(_of_fault(operation, fault) for operation in operations)


def _of_fault(operation: Op, fault: str) -> Op:
    if isinstance(operation, Impair | Drain | Restore | Helped):
        return replace(operation, fault=fault)
    if isinstance(operation, Exec) and THIS_FAULT in operation.command:
        command = (fault if word == THIS_FAULT else word for word in operation.command)
        return replace(operation, command=tuple(command))
    return operation


_NOTHING = "Nothing was done. `sdctl chaos list` shows what can be broken here."


def check(
    operations: Iterable[Op],
    abilities: Collection[Ability],
    unable: Mapping[Ability, str] = MappingProxyType({}),
) -> None:
    """Raise ``UsageError`` for an operation that a target with these abilities cannot carry out;
    ``unable``: why it lacks the others."""
    for operation in operations:
        if (lacking := operation.lacks(abilities)) is not None:
            this = f"{operation.verb} {operation.node}"
            if why := unable.get(lacking):
                raise UsageError(f"this stack cannot {this}: {why}", hint=_NOTHING)
            so = this if operation.verb == lacking else f"{lacking} a node, so it cannot {this}"
            raise UsageError(f"what runs this stack cannot {so}", hint=_NOTHING)
