"""Operations on a node's network, and on the machine that it is on. Plain data, printable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sdctl.components.node import Ability
from sdctl.foundation.units import format_duration, format_share
from sdctl.targets.operation import OnNode

_TRIAL_S = 2.0
"""It is over at once; so long it lasts where sdctl is killed meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Impair(OnNode):
    """Let a helper make a node's network worse, from inside that network. Its
    rules are gone when it ends, and it ends by itself after ``for_s``. The observer's connections
    are left as they are."""

    verb = "change the network of"
    requires = "change the network of"
    for_s: float
    cut_to: tuple[str, ...] = ()
    """Nodes that nothing reaches which the node sends; those who send are not told."""
    cut_from: tuple[str, ...] = ()
    """Nodes of which nothing arrives."""
    outside: bool = False
    """Nothing arrives from whoever is no node of the stack."""
    latency_s: float = 0.0
    """How much later arrives what is sent to it."""
    jitter_s: float = 0.0
    """By how much that differs, by chance, to both sides."""
    loss: float = 0.0
    """The share of what it sends that is lost."""
    rate: float = 0.0
    """Bits per second, each of what it sends and of what it receives; 0: as before."""
    fault: str = ""
    """Whose helper it is; written in by who carries the fault out, see ``of_fault``."""
    trial: bool = False
    """In a network of its own, that is then gone: only whether it can be done."""

    def lacks(self, abilities: Collection[Ability]) -> Ability | None:
        """A target that can only cut connections can do this too, where both ways are cut and
        nothing else is asked for. ``outside`` asks for no more there: nobody from outside reaches
        a node that such a target cuts off."""
        more = self.latency_s or self.jitter_s or self.loss or self.rate
        whole = bool(self.cut_to) and self.cut_to == self.cut_from and not more
        return None if whole and "cut off" in abilities else super().lacks(abilities)

    def __str__(self) -> str:
        done = [f"delay what {self.node} receives by {self._delay}"] if self.latency_s else []
        done += [f"lose {format_share(self.loss)} of what {self.node} sends"] if self.loss else []
        if self.rate:
            most = f"{self.rate / 1000:g} kbit/s"
            done += [f"let {self.node} send at most {most}, and receive at most {most}"]
        done += [f"cut off {self.node}"] if self.cuts else []
        return self.for_its_cause(", ".join(done))

    @property
    def _delay(self) -> str:
        more = f" ± {format_duration(self.jitter_s)}" if self.jitter_s else ""
        return f"{format_duration(self.latency_s)}{more}"

    @property
    def cuts(self) -> bool:
        """Whether it cuts a way off."""
        return bool(self.cut_to or self.cut_from or self.outside)

    def as_trial(self) -> Impair:
        """The same, and nobody's network gets worse."""
        return replace(self, trial=True, for_s=_TRIAL_S, cause="can it be done here?")


@dataclass(frozen=True, kw_only=True)
class Drain(OnNode):
    """Close a node's machine to new nodes; ``empty``: all nodes of the stack that are on it leave,
    of each tier one at a time, and are made anew elsewhere. The observer stays."""

    verb = "drain the machine of"
    requires = "drain the machine of"
    for_s: float
    """All have left within so long, or it fails."""
    empty: bool = True
    fault: str = ""

    def __str__(self) -> str:
        verb = self.verb if self.empty else "close the machine of"
        return self.for_its_cause(f"{verb} {self.node}")


@dataclass(frozen=True, kw_only=True)
class Restore(OnNode):
    """End a fault's helper in a node's network, and its rules with it; open the machine that it
    closed. Nothing if there is none; code 1 then."""

    verb = "restore the network of"
    fault: str = ""


GONE, MOVED = 1, 2


@dataclass(frozen=True, kw_only=True)
class Helped(OnNode):
    """Look whether a fault's helper is still there, or a machine closed by it: code ``GONE`` if
    not. What it prints: the nodes of the stack that are still on that machine. Code ``MOVED`` if
    nodes that the helper cuts off have other addresses by now; it prints those then."""

    verb = "look at the helper of"
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Connect(OnNode):
    """Look to which of some nodes a node can open a connection: JSON, by the name of each that
    shares a network with it, whether it can. Within two seconds."""

    verb = "connect from"
    requires = "cut off"
    others: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.verb} {self.node} to {', '.join(self.others)}: {self.cause}"
