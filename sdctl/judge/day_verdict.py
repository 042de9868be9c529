"""The verdict on a game day: its faults' verdicts, what had to be so, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sdctl.foundation import own_command
from sdctl.foundation.units import after_start, counted
from sdctl.judge import reasons
from sdctl.judge.day_part import SAME, Compared, DayPart, Steady
from sdctl.judge.shared_stop import SharedStop, shared
from sdctl.judge.verdict import Judgement, Verdict


@dataclass(frozen=True, kw_only=True)
class DayVerdict:
    """What a game day did."""

    day: str
    seed: int
    before: Steady
    after: Steady | None
    """None: it was not looked at, since the day did not get so far."""
    parts: tuple[DayPart, ...]
    assertions: tuple[Compared, ...] = ()
    whole: Verdict
    """Of the run without its faults: its load, writes, stores and nodes."""

    @property
    def judgement(self) -> Judgement:
        """The worst of what is known, as of one fault."""
        return "fail" if any(self._wrong()) else "unknown" if any(self._not_known()) else "pass"

    @property
    def interrupted(self) -> bool:
        """Whether the run was, so the figures are those so far."""
        return self.whole.interrupted

    @property
    def not_well(self) -> tuple[str, ...]:
        """The nodes that were not well when the run ended."""
        return self.whole.not_well

    @property
    def why(self) -> str | None:
        """Why it is not *pass*; None where it is."""
        return "; ".join([*self._wrong()] or [*self._not_known()]) or None

    @property
    def passed(self) -> str | None:
        """What a *pass* comes to, in a sentence; None where it is none."""
        audit = self.whole.audit
        if self.judgement != "pass" or audit is None:
            return None
        load = self.whole.load
        passed = "nothing is lost"
        passed += ", and the steady state came back" if self.before.held else ""
        said = [reasons.nothing_lost(self.whole)]
        if load is not None and load.failed:
            said.append(f"{counted(load.failed, 'request')} failed")
        return f"{passed}: {'; '.join(said)}"

    @property
    def advice(self) -> str:
        """What a reader does next, in one sentence."""
        missed = [part for part in self.parts if part.verdict is None]
        if self.judgement == "unknown" and len(missed) == len([*self._not_known()]) > 0:
            return own_command.named(_begin(missed[0], self.day))
        return replace(self.whole, next_step=_COMPARE).advised(self.judgement)

    def _wrong(self) -> Iterator[str]:
        yield from self._of_faults([verdict.wrong for verdict in self.verdicts])
        if not self.verdicts:  # no fault tells what is so of the whole run
            yield from self.whole.wrong
        yield from (f"not so: {_told(held)}" for held in self.asserted if held.ok is False)
        if (after := self.seen_after) is not None:
            lost = [_told(held) for held in after.held if held.ok is False]
            if lost:
                yield f"the steady state did not come back: {', '.join(lost)}"

    def _not_known(self) -> Iterator[str]:
        if self.before.ok is not True:
            said = [_told(held) for held in self.before.held if held.ok is not True]
            why = self.before.why or ", ".join(said)
            yield f"there was no steady state, so nothing was broken: {why}"
            return
        yield from self._of_faults([verdict.not_known for verdict in self.verdicts])
        for part in self.parts:
            if part.verdict is None:
                yield f"{part.name} at {after_start(part.at_s)} did not begin: {part.why}"
        after = self.seen_after
        unseen = after is None or (after.why is not None and after.ok is None)
        held_after = () if after is None or unseen else after.held
        yield from _open(
            [*((held, held.expr) for held in self.asserted),
             *((held, f"{held.expr} after the faults") for held in held_after)]
        )  # fmt: skip
        if unseen:
            yield "whether the steady state came back was not seen"

    @property
    def asserted(self) -> tuple[Compared, ...]:
        """The assertions, as far as the run's times count."""
        return tuple(held.in_run(self.whole.times_count) for held in self.assertions)

    @property
    def seen_after(self) -> Steady | None:
        """``after``, as far as the run's times count. ``before`` stays as it was when the day went
        on because of it."""
        return self.after.in_run(self.whole.times_count) if self.after else None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Of the faults that began."""
        return tuple(part.verdict for part in self.parts if part.verdict is not None)

    @property
    def shared_stops(self) -> tuple[SharedStop, ...]:
        """The stops of writes during which several faults were on that stop them."""
        found = (part.verdict for part in self.parts if part.stops_writes)
        return shared(
            (verdict.fault.id, verdict.timing.outage)
            for verdict in found
            if verdict is not None and verdict.fault and verdict.timing.outage
        )

    def _of_faults(self, said_of_each: list[tuple[str, ...]]) -> Iterator[str]:
        """What all faults share is said once; what one has, with its id."""
        times = Counter(reason for said in said_of_each for reason in said)
        yield from (reason for reason, count in times.items() if count == len(said_of_each))
        for verdict, said in zip(self.verdicts, said_of_each, strict=True):
            for reason in said:
                if times[reason] < len(said_of_each) and verdict.fault is not None:
                    yield f"{verdict.fault.id}: {reason.removeprefix(f'{verdict.fault.id} ')}"

    def to_json(self) -> dict[str, Any]:
        """The value that ends ``sdctl chaos run DAY --json``: what a verdict has, of the whole
        run, and the day's own."""
        own = [part.to_json() for part in self.parts]
        # of a fault that stops no write, a silence of the ledger has another reason
        stops = [fault["rto_ms"] for part, fault in zip(self.parts, own, strict=True)
                 if part.verdict is not None and part.stops_writes]  # fmt: skip
        return {
            **self.whole.to_json(),
            # the longest, unless one is not known
            "rto_ms": max(stops) if stops and None not in stops else None,
            "verdict": self.judgement,
            "why": self.why,
            "passed": self.passed,
            "next_step": self.advice or None,
            "day": self.day,
            "seed": self.seed,
            "steady": {
                "before": self.before.to_json(),
                "after": self.seen_after.to_json() if self.seen_after else None,
            },
            "assertions": [held.to_json() for held in self.asserted],
            "faults": own,
            "shared_stops": [stop.to_json() for stop in self.shared_stops],
        }


_COMPARE = (
    "Try `sdctl chaos run durability`: one game day with each of several settings, side by side."
)


def _begin(part: DayPart, day: str) -> str:
    """What to do where nothing but this one did not begin."""
    if SAME in part.why:
        return f"Let {part.name} begin later in the file, and play the day again."
    return (
        f"See why {part.name} did not begin, mend that, and play the day again. "
        f"`sdctl --dry-run chaos run {day}` looks at it first."
    )


def _open(asked: Sequence[tuple[Compared, str]]) -> Iterator[str]:
    """What was not judged, with what each is called, by why not."""
    left = [(held.why_not_judged, called) for held, called in asked if held.ok is None]
    for why in dict.fromkeys(why for why, _ in left):
        yield f"{why}: {', '.join(called for other, called in left if other == why)}"


def _told(held: Compared) -> str:
    return f"{held.expr} (was {held.seen})"
