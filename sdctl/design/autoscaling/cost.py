"""What decisions cost, and how far they were behind the load: two targets are compared by that."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sdctl.design.autoscaling.decision import Decision


@dataclass(frozen=True)
class Cost:
    """In replica-seconds: one replica for one second."""

    all: float = 0.0
    spare: float = 0.0
    """Of them, those that the load did not ask for."""
    lacking: float = 0.0
    """Those that it asked for and that were not there."""


def of(decisions: Sequence[Decision]) -> Cost:
    """Pure: between two decisions there are the replicas that the second one finds, and the load
    asks for what it proposes. Where it proposes nothing, as a value is not known, for those."""
    total = spare = lacking = 0.0
    for before, decision in itertools.pairwise(decisions):
        lasted = decision.at - before.at
        asked = decision.current if decision.proposed is None else decision.proposed
        total += decision.current * lasted
        spare += max(0, decision.current - asked) * lasted
        lacking += max(0, asked - decision.current) * lasted
    return Cost(total, spare, lacking)
