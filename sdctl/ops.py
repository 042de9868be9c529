"""Operations: one atomic thing done to one node, each with its cause. Plain data, printable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Start:
    """Start a stopped node; nothing if it runs."""

    node: str
    cause: str

    def __str__(self) -> str:
        return f"start {self.node}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Stop a node in order: its stop signal, its grace period, then SIGKILL."""

    node: str
    cause: str

    def __str__(self) -> str:
        return f"stop {self.node}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Kill:
    """SIGKILL the whole node at once. It stays down until it is started."""

    node: str
    cause: str

    def __str__(self) -> str:
        return f"kill {self.node}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Freeze every process of a node where it is: it keeps its connections and says nothing."""

    node: str
    cause: str

    def __str__(self) -> str:
        return f"pause {self.node}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Unpause:
    """Let a frozen node go on; nothing if it runs."""

    node: str
    cause: str

    def __str__(self) -> str:
        return f"unpause {self.node}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Exec:
    """Run a command inside a node; a failure is an error."""

    node: str
    command: tuple[str, ...]
    cause: str

    def __str__(self) -> str:
        return f"exec in {self.node}: {' '.join(self.command)}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Remove:
    """Take a node's container away, running or not; its volumes stay."""

    node: str
    cause: str

    def __str__(self) -> str:
        return f"remove {self.node}: {self.cause}"


Op = Start | Stop | Kill | Pause | Unpause | Exec | Remove
