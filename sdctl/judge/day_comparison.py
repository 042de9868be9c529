"""A game day's verdicts with several settings, side by side. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdctl.judge.day_verdict import DayPart, DayVerdict
from sdctl.judge.verdict import Judgement

_WORST: tuple[Judgement, ...] = ("fail", "unknown", "pass")


@dataclass(frozen=True, kw_only=True)
class DayComparison:
    """The same faults, times, load and seed with each setting."""

    day: str
    seed: int
    verdicts: tuple[tuple[str, DayVerdict], ...]
    """Each with its setting, such as ``database.durability=performance``."""

    @property
    def judgement(self) -> Judgement:
        """The worst of them."""
        return min((verdict.judgement for _, verdict in self.verdicts), key=_WORST.index)

    @property
    def interrupted(self) -> bool:
        """Whether the last one was."""
        return any(verdict.interrupted for _, verdict in self.verdicts)

    @property
    def why(self) -> str | None:
        """Why it is not *pass*, for each setting where it is not."""
        said = [
            f"{setting.rpartition('=')[2]}: {verdict.why}"
            for setting, verdict in self.verdicts
            if verdict.judgement == self.judgement and verdict.why
        ]
        return "; ".join(said) or None

    def rows(self) -> list[tuple[str, list[float | str | None]]]:
        """A row for each figure, a value for each setting; None: not measured."""
        days = [verdict for _, verdict in self.verdicts]
        found: list[tuple[str, list[float | str | None]]] = [
            ("verdict", [day.judgement for day in days]),
            ("writes acknowledged", [_count(day, "acknowledged") for day in days]),
            ("  of them lost", [_count(day, "lost") for day in days]),
        ]
        for number, held in enumerate(days[0].before.held):
            unit = " ms" if held.is_time else ""
            found.append(
                (f"{held.metric}{unit}, steady", [day.before.held[number].value for day in days])
            )
        for number, part in enumerate(days[0].parts):
            own = [day.parts[number] if number < len(day.parts) else None for day in days]
            rates = [part.writes_per_s if part else None for part in own]
            found += [
                (f"writes/s: {part.kind}", list(rates)),
                ("  stopped for s", [_stopped(part) for part in own]),
            ]
        return found

    def to_json(self) -> dict[str, Any]:
        """The value that ends ``sdctl chaos run DAY --json`` of such a day."""
        return {
            "day": self.day,
            "seed": self.seed,
            "verdict": self.judgement,
            "why": self.why,
            "variants": [
                {"setting": setting, **verdict.to_json()} for setting, verdict in self.verdicts
            ],
        }


def _stopped(part: DayPart | None) -> float | None:
    outage = part.verdict.timing.outage if part and part.verdict else None
    return None if outage is None else outage.seconds


def _count(day: DayVerdict, name: str) -> float | None:
    audit = day.whole.audit
    if audit is None:
        return None
    value = getattr(audit, name)
    return float(value if isinstance(value, int) else len(value))
