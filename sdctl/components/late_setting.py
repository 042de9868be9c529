"""A setting that the nodes of a store take up in an order of their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LateSetting:
    """One that a node which follows may not have lower than its leader: its server takes up a
    lower value only when it is started again after the leader's has."""

    name: str
    """Of the setting, a number; and of the figure that says what a node has in force."""
    restart: tuple[str, ...]
    """Starts a node's server again in its place."""
