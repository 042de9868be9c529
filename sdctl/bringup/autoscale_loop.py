"""Decides every period, without end, and counts what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from sdctl.bringup.autoscaler import Autoscaler, Outcome
from sdctl.design.autoscaling.decision import Decision
from sdctl.foundation import output, waiting


class Told(Protocol):
    """Who is told of each decision."""

    def decided(self, decision: Decision) -> None:
        """Before it is carried out: that takes a while."""

    def done(self, decision: Decision, outcome: Outcome) -> None:
        """What became of it."""


@dataclass
class AutoscaleLoop:
    """Of one tier."""

    scaler: Autoscaler
    first: int
    """Replicas when it began."""
    decisions: int = 0
    changes: int = 0
    """Decisions that changed the count and were carried out."""
    now: int = 0
    """Replicas after the last decision."""
    carrying_out: Decision | None = None
    """What it is at; None: nothing."""
    began: float = field(default_factory=time.monotonic)
    """Of ``time.monotonic()``."""

    def __post_init__(self) -> None:
        self.now = self.first

    def run(self, period_s: float, told: Told) -> NoReturn:
        """Until an error or Ctrl-C. A decision that takes longer than a period delays the next."""
        due = self.began
        while True:
            waiting.moment(due)
            decision = self.scaler.decide()
            told.decided(decision)
            self.carrying_out = decision
            outcome = self.scaler.carry_out(decision)
            self.carrying_out = None
            told.done(decision, outcome)
            output.check()
            self.decisions += 1
            self.changes += outcome.carried_out
            self.now = decision.desired if outcome.carried_out else decision.current
            due = max(due + period_s, time.monotonic())
