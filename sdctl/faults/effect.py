"""What a fault is to come to, and how that is seen while it is on. Decided here, and nothing done:
``chaos/effects.py`` carries it out right after the injection, and once more before its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sdctl.foundation.units import with_unit
from sdctl.judge.seen_effect import SeenAtEnd, SeenEffect, figure
from sdctl.targets.operations import of_fault

if TYPE_CHECKING:
    from sdctl.components.node import Ability
    from sdctl.targets.operations import Op
    from sdctl.targets.target import Output


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One thing that can be measured: a number with its unit, or a word."""

    what: str
    """Such as ``added to a round trip``: it stands before ``asked 200 ms, seen 203 ms``."""
    asked: float | str
    unit: str = ""
    operations: tuple[Op | tuple[Op, ...], ...]
    """What is run while the fault is on, in order, those in a tuple of their own at the same time.
    They change nothing, and they end soon."""
    read: Callable[[Sequence[Output]], float | str]
    """Pure: what their outputs say, in the unit. Raises ``ValueError`` or ``LookupError`` where
    they do not tell."""
    note: Callable[[Sequence[Output]], str] | None = None
    """Pure: a few words more about what was seen."""
    doubt: Callable[[Sequence[Output]], str] | None = None
    """Pure: why a number on the ``doubted`` side of what was asked tells nothing of the fault;
    empty: it tells."""
    doubted: Literal["below", "above"] = "below"
    """On which side of what was asked a full machine puts a number."""
    excuse: Callable[[Sequence[Output]], str] | None = None
    """Pure: why it may be otherwise shortly before the end, although the fault is on; empty: it may
    not."""
    more: Callable[[Sequence[Output]], Mapping[str, Any]] | None = None
    """Pure: what JSON has besides."""
    bound: Literal["near", "at least", "at most"] = "near"
    """How a number is compared; words must be equal."""
    share: float = 0.0
    """How far from what was asked a number may be, as a share of it (0.1: a tenth)."""
    least: float = 0.0
    """So far it may be in any case, in the unit."""
    requires: Ability | None = None
    """What a target must be able to do for its operations."""
    otherwise: Effect | None = None
    """How it is seen where a target is not able to."""
    within_s: float = 0.0
    """How long it may take until it is so: it is measured again for so long. 0: measured once."""

    def by(self, abilities: Collection[Ability]) -> Effect:
        """As a target with these abilities can see it."""
        able = self.requires is None or self.requires in abilities
        return self if able or self.otherwise is None else self.otherwise

    def of_fault(self, fault: str) -> Effect:
        """Of the fault of this id."""
        steps = (
            of_fault(step, fault) if isinstance(step, tuple) else of_fault([step], fault)[0]
            for step in self.operations
        )
        return replace(self, operations=tuple(steps))

    @property
    def allowed(self) -> float:
        """How far from what was asked a number may be."""
        return 0.0 if isinstance(self.asked, str) else max(abs(self.asked) * self.share, self.least)

    def measured(self, outputs: Sequence[Output]) -> SeenEffect:
        """Pure: what the operations' outputs come to."""
        try:
            value = self.read(outputs)
            more = self.more(outputs) if self.more else {}
            why = self.note(outputs) if self.note else None
            seen: float | str | None = value
            holds: bool | None = self._holds(value)
            if not holds and self._doubted(value) and (doubt := self.doubt and self.doubt(outputs)):
                holds, why = None, doubt
        except (ValueError, LookupError, TypeError) as error:
            failed = next((output for output in outputs if output.code), None)
            said = failed and (failed.stderr.strip() or failed.stdout.strip())
            seen, more, holds = None, {}, False
            why = said.splitlines()[-1] if said else str(error)
        return SeenEffect(
            what=self.what,
            asked=self.asked,
            seen=seen if seen is None or isinstance(seen, str) else round(seen, 3),
            unit=self.unit,
            tolerance=self._tolerance,
            holds=holds,
            why=why,
            more=more,
        )

    def lasted(self, first: SeenEffect, outputs: Sequence[Output]) -> SeenEffect:
        """Pure: what was seen first, with what the same operations come to before the end."""
        last = self.measured(outputs)
        holds, why = last.holds, None if last.holds else last.why
        if last.holds is False and last.seen is not None and self.excuse:
            excuse = self.excuse(outputs)
            holds, why = bool(excuse), excuse or why
        at_end = SeenAtEnd(seen=last.seen, holds=holds, why=why, more=last.more)
        return replace(first, at_end=at_end)

    @property
    def _tolerance(self) -> str:
        if isinstance(self.asked, str):
            return ""
        if self.bound != "near":
            return self.bound
        return f"± {with_unit(figure(self.allowed), self.unit)}" if self.allowed else ""

    def _doubted(self, seen: float | str) -> bool:
        if isinstance(self.asked, str) or isinstance(seen, str):
            return False
        return (seen < self.asked) == (self.doubted == "below")

    def _holds(self, seen: float | str) -> bool:
        if isinstance(self.asked, str) or isinstance(seen, str):
            return seen == self.asked
        over = seen - self.asked
        low, high = over >= -self.allowed, over <= self.allowed
        return {"near": low and high, "at least": low, "at most": high}[self.bound]
