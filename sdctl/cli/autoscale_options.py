"""The options of `sdctl autoscale`: from what was written to what the autoscaler goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sdctl.design.autoscaling.settings import (
    DOWN,
    UP,
    WINDOW_MOST_S,
    AutoscaleSettings,
    Rules,
    Select,
    policies,
)
from sdctl.foundation.arguments import parse
from sdctl.foundation.errors import UsageError
from sdctl.foundation.units import cores, duration, share

_LEAST = {"cpu": "1%", "rps": "0.001", "queue": "0.001", "p99": "1ms"}
_MOST = {"cpu": "1000%", "rps": "1,000,000", "queue": "1,000,000,000", "p99": "1h"}
_HOUR_S = 3600


@dataclass(frozen=True)
class WrittenRules:
    """The rules of one direction as they were written; None: the default."""

    window: str | None
    policies: list[str] | None
    select: str | None
    tolerance: str | None

    @property
    def given(self) -> bool:
        """Whether anything was written."""
        return any((self.window, self.policies, self.select, self.tolerance))

    def over(self, default: Rules, direction: str) -> Rules:
        """``default`` with what was written; ``direction``: ``up`` or ``down``, as the options
        begin. Raises ``UsageError``."""
        rules = default
        if self.window is not None:
            rules = replace(rules, window_s=parse(f"--{direction}-window", _window, self.window))
        if self.policies:
            written = parse(f"--{direction}-policy", policies, self.policies)
            rules = replace(rules, policies=written)
        if self.select is not None:
            rules = replace(rules, select=parse(f"--{direction}-select", _select, self.select))
        if self.tolerance is not None:
            rules = replace(rules, tolerance=parse("--tolerance", share, self.tolerance))
        return rules


def period(text: str) -> float:
    """Seconds between two decisions. Raises ``UsageError``."""
    seconds = parse("--period", duration, text)
    if not 1 <= seconds <= _HOUR_S:
        raise UsageError(f"--period: {text} is not within 1s and 1h", hint="Kubernetes has 15s.")
    return seconds


def cpu_request(text: str) -> float:
    """Processors that one replica requests. Raises ``UsageError``."""
    processors = parse("--cpu-request", cores, text)
    if processors <= 0:
        raise UsageError("--cpu-request must be more than 0", hint="Such as 250m, or 0.5.")
    return processors


def targets(
    cpu: int | None, rps: float | None, queue: float | None, p99: str | None
) -> dict[str, int]:
    """Those that were written, in the units of ``METRICS``. Raises ``UsageError``."""
    written: Mapping[str, float | None] = {
        "cpu": cpu,
        "rps": None if rps is None else rps * 1000,
        "queue": None if queue is None else queue * 1000,
        "p99": None if p99 is None else parse("--target-p99", duration, p99) * 1e6,
    }
    found = {metric: value for metric, value in written.items() if value is not None}
    for metric, value in found.items():
        if not 1 <= value <= 1e12:
            raise UsageError(
                f"--target-{metric} must be at least {_LEAST[metric]} "
                f"and no more than {_MOST[metric]}",
                hint="Nothing was done.",
            )
    return {metric: round(value) for metric, value in found.items()}


def settings(
    least: int, most: int, targets: Mapping[str, int], up: WrittenRules, down: WrittenRules
) -> AutoscaleSettings:
    """All of them together; without a target, 80% of the CPU. Raises ``UsageError``."""
    if not 1 <= least <= most:
        raise UsageError(
            f"--min {least} and --max {most} do not go together",
            hint="The least is 1, and --max is no less than --min.",
        )
    return AutoscaleSettings(
        min=least,
        max=most,
        targets=targets or {"cpu": 80},
        up=up.over(UP, "up"),
        down=down.over(DOWN, "down"),
    )


def _window(text: str) -> int:
    seconds = duration(text)
    if seconds != int(seconds) or seconds > WINDOW_MOST_S:
        raise ValueError(f"a window is 0s to 1h in whole seconds, not {text}")
    return int(seconds)


def _select(text: str) -> Select:
    for known in ("max", "min", "disabled"):
        if text == known:
            return known
    raise ValueError(f"{text!r} is not max, min or disabled")
