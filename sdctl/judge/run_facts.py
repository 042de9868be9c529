"""How a fault went, beside what the load and the stores tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sdctl.judge.seen_effect import SeenEffect


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What became of the reads that were answered, or not, while writes were stopped."""

    answered: int
    failed: int
    seconds: float
    """For how much of the outage that was counted."""

    def to_json(self) -> dict[str, float]:
        """As ``reads.during_outage`` in the JSON."""
        return {"answered": self.answered, "failed": self.failed, "seconds": round(self.seconds, 3)}


def by_trouble(nodes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """From what is the matter with each node to ``("app-1, app-2", "no answer in 800 ms")``: nodes
    with the same trouble together."""
    groups: dict[str, list[str]] = {}
    for node, what in nodes.items():
        groups.setdefault(what, []).append(node)
    yield from ((", ".join(names), what) for what, names in groups.items())


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """How a fault went, beside what the load and the stores tell."""

    lasted_s: float | None = None
    """From its injection until it was undone."""
    effects: tuple[SeenEffect, ...] = ()
    """What the fault asked for, beside what was measured of it. One that does not hold ended the
    fault at once."""
    led: bool | None = None
    """Whether the tier had a leader again while the fault was on; None: nobody had to take over,
    or it could not be seen."""
    led_after_s: float | None = None
    """When that was first seen, in seconds after the fault began."""
    alone: bool = False
    """Whether there was nobody to take over from the leader that the fault hit."""
    came_back: bool | None = None
    """Whether writes went well again while the fault was on; None: that was not waited for."""
    unseen: str | None = None
    """Why the observer told nothing for a while."""
    unwritten: str | None = None
    """Why what the run saw itself is not written down: it was killed, or its file is damaged."""
    ended_by: str | None = None
    """Who ended it before its time, other than the run."""
    begun: bool = True
    """Whether the fault was given to any node."""
    interrupted: bool = False
    """Whether the run was, so the figures are those so far."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What the fault's ending measured while it was on."""
    messages: Mapping[str, Any] | None = None
    """What the workers did meanwhile with messages whose work failed: attempts that ``failed``,
    of those how many were ``retried`` and how many are ``dead``, and ``retry_delays_s`` between
    them; None: it could not be seen."""
    ill_before: Mapping[str, str] = field(default_factory=dict)
    """By node that was not well when the fault began, what was the matter."""
    ill_after: Mapping[str, str] = field(default_factory=dict)
    """By node that was not well when the run ended, what was the matter."""

    @property
    def cut_short(self) -> bool:
        """Whether the fault was over before its time."""
        return self.interrupted or self.ended_by is not None

    @classmethod
    def of_json(cls, verdict: Mapping[str, Any], lasted_s: float | None) -> RunFacts:
        """Of a run's ``verdict.json``."""
        nodes = verdict.get("nodes") or {}
        return cls(
            lasted_s=lasted_s,
            effects=tuple(map(SeenEffect.of_json, verdict.get("effects") or ())),
            led=verdict.get("failover"),
            led_after_s=None if (after := verdict.get("led_after_ms")) is None else after / 1000,
            alone=bool(verdict.get("alone")),
            came_back=verdict.get("came_back"),
            unseen=verdict.get("unseen"),
            ended_by=verdict.get("ended_by"),
            interrupted=bool(verdict.get("interrupted")),
            messages=verdict.get("messages"),
            ill_before=nodes.get("ill_before") or {},
            ill_after=nodes.get("ill_after") or {},
        )
