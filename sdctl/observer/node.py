"""A node as the observer knows it: whom to ask, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node to ask: its name is also its address."""

    name: str
    component: str
    tier: str
    ports: Mapping[str, int]
    everyone: tuple[str, ...] = ()
    """The names of all nodes of the stack, to know whose an address is."""
