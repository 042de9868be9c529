"""A game day's verdicts with several settings, side by side. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdctl.judge.day_part import NOT_MEASURED, DayPart, stopped_for
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.expectation import number
from sdctl.judge.verdict import Judgement

_WORST: tuple[Judgement, ...] = ("fail", "unknown", "pass")


_KEEP = "Try `sdctl up --set TIER.SETTING=VALUE`: the stack keeps the setting that suits you."


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
    def not_well(self) -> tuple[str, ...]:
        """The nodes that were not well when the last one ended."""
        return self.verdicts[-1][1].not_well if self.verdicts else ()

    @property
    def why(self) -> str | None:
        """Why it is not *pass*, for each setting where it is not."""
        said = [
            f"{name}: {verdict.why}"
            for name, (_, verdict) in zip(self.names, self.verdicts, strict=True)
            if verdict.judgement == self.judgement and verdict.why
        ]
        return "; ".join(said) or None

    @property
    def setting(self) -> str:
        """The one that differs, such as ``database.durability``; empty: each has another one."""
        keys = {setting.partition("=")[0] for setting, _ in self.verdicts}
        return keys.pop() if len(keys) == 1 else ""

    @property
    def names(self) -> list[str]:
        """What each is called beside the others: its value, where the setting is the same."""
        begin = f"{self.setting}=" if self.setting else ""
        return [setting.removeprefix(begin) for setting, _ in self.verdicts]

    @property
    def advice(self) -> str:
        """What a reader does next, in one sentence."""
        worst = [day for _, day in self.verdicts if day.judgement == self.judgement]
        return _KEEP if self.judgement == "pass" else worst[0].advice

    def rows(self) -> list[tuple[str, list[str]]]:
        """A row for each figure, a value with its unit for each setting."""
        days = [verdict for _, verdict in self.verdicts]
        found: list[tuple[str, list[str]]] = [
            ("verdict", [day.judgement for day in days]),
            ("writes acknowledged", [_count(day, "acknowledged") for day in days]),
            ("  of them lost", [_count(day, "lost") for day in days]),
        ]
        for place, held in enumerate(days[0].before.held):
            seen = [day.before.held[place].seen for day in days]
            metric = f"{held.metric} of writes" if held.is_time else held.metric
            found.append((f"{metric}, steady", seen))
        # none began where there was no steady state
        names = {place: part.name for day in days for place, part in enumerate(day.parts)}
        for place, name in names.items():
            own = [day.parts[place] if place < len(day.parts) else None for day in days]
            found += [
                (f"{name}: writes acknowledged", [_rate(part) for part in own]),
                ("  writes stopped for", [_stopped(part) for part in own]),
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


def _rate(part: DayPart | None) -> str:
    rate = part.writes_per_s if part else None
    return NOT_MEASURED if rate is None else f"{number(rate)}/s"


def _stopped(part: DayPart | None) -> str:
    return stopped_for(part) if part is not None else NOT_MEASURED


def _count(day: DayVerdict, name: str) -> str:
    audit = day.whole.audit
    if audit is None:
        return NOT_MEASURED
    value = getattr(audit, name)
    return str(value if isinstance(value, int) else len(value))
