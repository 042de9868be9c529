"""What an autoscaler is told: how few, how many, the targets, and how fast it may go.

The defaults are those of Kubernetes: pkg/apis/autoscaling/v2/defaults.go for the policies and the
window up, pkg/controller/podautoscaler/config/v1alpha1/defaults.go for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sdctl.foundation import units

Select = Literal["max", "min", "disabled"]
"""Of several policies: the one that allows the greatest change, the smallest, or none at all."""
METRICS = ("cpu", "rps", "queue", "p99")
"""CPU as a percentage of what the replicas request; requests per second and replica; messages per
replica; the slowest hundredth of the answers. Targets of all but the first are thousandths: of a
request per second, a message, a millisecond."""
WINDOW_MOST_S, _PERIOD_MOST_S = 3600, 1800
_POLICY = re.compile(r"([0-9]{1,6})(%?)/(.+)")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """So many replicas, or so many percent of them, may come or go within a period."""

    kind: Literal["replicas", "percent"]
    value: int
    period_s: int

    @classmethod
    def parse(cls, text: str) -> Policy:
        """From ``4/15s`` or ``100%/1m``. Raises ``ValueError``."""
        match = _POLICY.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            raise ValueError(f"not a policy: {units.shown(text)} (write 4/15s or 100%/15s)")
        period = units.duration(match[3])
        if not 1 <= period <= _PERIOD_MOST_S or period != int(period):
            raise ValueError(f"a policy's period is 1s to 30m in whole seconds, not {match[3]}")
        kind: Literal["replicas", "percent"] = "percent" if match[2] else "replicas"
        return cls(kind=kind, value=int(match[1]), period_s=int(period))


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How it goes one way, up or down."""

    window_s: int
    """It goes no further than the least of what was proposed within this time asks for."""
    policies: tuple[Policy, ...]
    select: Select = "max"
    tolerance: float = 0.1
    """A ratio of value to target that is off 1 by no more than this changes nothing."""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rules:
        """From its JSON. Raises ``ValueError`` for a time that nobody may set."""
        policies = tuple(Policy(**policy) for policy in value["policies"])
        periods = [policy.period_s for policy in policies]
        if not 0 <= value["window_s"] <= WINDOW_MOST_S or any(
            not 1 <= period <= _PERIOD_MOST_S for period in periods
        ):
            raise ValueError(f"no rules: {value}")
        return cls(**{**value, "policies": policies})


UP = Rules(
    window_s=0,
    policies=(
        Policy(kind="replicas", value=4, period_s=15),
        Policy(kind="percent", value=100, period_s=15),
    ),
)
DOWN = Rules(window_s=300, policies=(Policy(kind="percent", value=100, period_s=15),))


@dataclass(frozen=True, kw_only=True)
class AutoscaleSettings:
    """All that an autoscaler is told."""

    min: int
    max: int
    targets: Mapping[str, int]
    """By metric; see ``METRICS``."""
    up: Rules = field(default=UP)
    down: Rules = field(default=DOWN)
    initialization_s: float = 300.0
    """So long after a replica's start its CPU counts only when it is ready, and was for as long as
    the CPU was measured."""
    readiness_delay_s: float = 30.0
    """A replica that was never ready so long after its start or later does not count."""

    def within(self, ratio: float) -> bool:
        """Whether a ratio of value to target is close enough to 1."""
        return (1.0 - self.down.tolerance) <= ratio <= (1.0 + self.up.tolerance)

    def to_json(self) -> dict[str, Any]:
        """As in a decision's JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AutoscaleSettings:
        """From its JSON. Raises ``ValueError`` where there is nothing to aim at."""
        targets = value["targets"]
        if not targets or any(name not in METRICS or aim < 1 for name, aim in targets.items()):
            raise ValueError(f"no targets: {targets}")
        sides = {side: Rules.from_json(value[side]) for side in ("up", "down")}
        return cls(**{**value, **sides})


def policies(texts: Sequence[str]) -> tuple[Policy, ...]:
    """Each of them. Raises ``ValueError``."""
    return tuple(map(Policy.parse, texts))
