"""A node as the observer knows it: whom to ask, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Login:
    """What is shown at a port that lets nobody else in."""

    kind: str
    """``password`` or ``certificate``."""
    variable: str
    """Where the observer's environment has it."""
    user: str = "observer"
    database: str = ""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node to ask: its name is also its address."""

    name: str
    component: str
    tier: str
    ports: Mapping[str, int]
    logins: Mapping[str, Login] = field(default_factory=dict)
    """By port."""
    elastic: bool = False
    """It comes and goes by itself: while it is not there, nothing is wrong."""
    everyone: tuple[str, ...] = ()
    """The names of all nodes of the stack, to know whose an address is."""
