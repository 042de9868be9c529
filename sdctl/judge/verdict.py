"""The verdict on a run: what a fault did, measured. What was not measured is None, never 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sdctl.foundation.units import format_duration, milliseconds
from sdctl.judge import audit as audits
from sdctl.judge.audit import Audit
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.run_facts import Reads, RunFacts

Judgement = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A run's measured effect."""

    run: str
    fault: FaultFacts | None = None
    """None: a load without one."""
    load: LoadFacts | None = None
    """None: its result is not known (another sdctl sends it, or it was killed)."""
    timing: Timing = field(default_factory=Timing)
    audit: Audit | None = None
    """None: nothing was written, or the stores could not be read back."""
    settled: bool = True
    """Whether every order and every follower had come to its end when the stores were read."""
    complete: bool = True
    """Whether the ledger was written to its end; a killed run's lacks its last second."""
    unsettled: str | None = None
    """Why the stores could not be read, or what in them had not come to its end."""
    facts: RunFacts = field(default_factory=RunFacts)
    reads: Reads | None = None
    """None: no read was sent then, or the outage was too short to tell."""
    leader_before: str | None = None
    leader_after: str | None = None
    expected: tuple[Expectation, ...] = ()
    """What the fault itself predicted, beside what came."""
    next_step: str = ""
    """What a reader does next, in one sentence."""

    @property
    def judgement(self) -> Judgement:
        """What the measurements come to, as Jepsen composes checkers: the worst of what is known.

        *fail*: something that was promised did not hold. Else *unknown*: something that it takes
        to judge was not measured. Else *pass*: recovered by itself, nothing lost, every node well.
        """
        return "fail" if self.wrong else "unknown" if self.not_known else "pass"

    @property
    def why(self) -> str | None:
        """Why it is not *pass*, in a sentence for each reason; None where it is."""
        return "; ".join(self.wrong or self.not_known) or None

    @property
    def wrong(self) -> tuple[str, ...]:
        """What did not hold."""
        return tuple(self._wrong())

    @property
    def not_known(self) -> tuple[str, ...]:
        """What it takes to judge and was not measured."""
        return tuple(self._not_known())

    @property
    def passed(self) -> str | None:
        """What a *pass* comes to, in a sentence; None where it is none."""
        if self.judgement != "pass" or self.audit is None:
            return None
        there = f"each of {self.audit.acknowledged} acknowledged writes is there, once"
        if self.fault is None:
            return there
        failed = self.load.failed if self.load else 0
        bad = f"{_count(failed, 'request', 'requests')} failed" if failed else ""
        return "; ".join(filter(None, (there, self._went_on, bad, "every node is well")))

    @property
    def _went_on(self) -> str:
        outage = self.timing.outage
        if outage is None or outage.seconds < _SHORT_S:
            return "writes go on"
        stopped = f" for {format_duration(outage.seconds)}" if self.times_count is not False else ""
        return f"writes stopped{stopped}, and go on again"

    @property
    def times_count(self) -> bool | None:
        """Whether its times are about the stack, and not about a machine that was full; None: what
        its load went through is not known."""
        return None if self.load is None else self.load.limit is None

    def _wrong(self) -> Iterator[str]:
        audit, facts = self.audit, self.facts
        if self.load is not None and (stale := self.load.stale_reads):
            reads = _count(stale, "read was", "reads were")
            yield f"{reads} older than the same client's own write"
        if audit is not None:
            broken = {
                "acknowledged and gone": audit.lost,
                "there twice": audit.duplicated,
                "not what was sent": audit.altered,
                "refused and there all the same": audit.broken_promises,
                "there, and nobody sent them": audit.unrecorded if self.complete else (),
                "notified twice": audit.notified_twice,
                "worked on, and the user was never notified": audit.undelivered,
            }
            for what, keys in broken.items():
                if keys:
                    yield f"{_count(len(keys), 'write is', 'writes are')} {what}"
        if unseen := [str(effect) for effect in facts.effects if effect.holds is False]:
            yield f"the fault did not do what it should, and was healed: {'; '.join(unseen)}"
            return
        if self._untold or facts.ended_by or facts.interrupted or facts.unseen or self._too_short:
            return
        if facts.led is False:
            yield f"no failover in {_time(facts.lasted_s)}{self._expected}"
        elif facts.came_back is False:
            yield f"writes did not come back by themselves in {_time(facts.lasted_s)}"

    def _not_known(self) -> Iterator[str]:
        audit, facts = self.audit, self.facts
        if facts.interrupted:
            yield "the run was interrupted, so it was not seen how it ends"
            return
        if self._untold:
            yield (
                "whether the fault did what it should could not be told, so it was healed: "
                f"{'; '.join(self._untold)}"
            )
        if facts.unseen:
            yield f"for a while nothing could be seen: {facts.unseen}"
        if self.fault is not None and facts.ended_by:
            yield (
                f"{self.fault.id} was ended early, after {_time(facts.lasted_s)}, "
                f"by {facts.ended_by}"
            )
        elif self._too_short:
            yield f"no failover in {_time(facts.lasted_s)}{self._expected}: --for was too short"
        if audit is None:
            yield f"the writes could not be read back: {self.unsettled or 'nobody tried'}"
        elif not audit.acknowledged:
            yield "no write was acknowledged, so none could be lost"
        elif not self.settled:
            yield self.unsettled or "not everything had come to its end when the stores were read"
        if audit is not None and (missing := audit.missing_letters):
            yield missing
        if self.fault is not None and self.timing.outage is None and not self._untold:
            yield "writes were not seen to come back, so how long they stopped is not known"
        if (ill := facts.ill_after) and not facts.unseen:
            first = [f"{node} ({what})" for node, what in list(ill.items())[:_FIRST]]
            more = f" and {len(ill) - _FIRST} more" if len(ill) > _FIRST else ""
            yield f"not well when the run ended: {', '.join(first)}{more}"

    @property
    def _untold(self) -> list[str]:
        """The effects of which what was seen does not tell whether they are there."""
        return [str(effect) for effect in self.facts.effects if effect.holds is None]

    @property
    def advice(self) -> str:
        """What a reader does next, in one sentence."""
        if self.facts.interrupted:
            return "Run the same command again, and let it come to its end."
        if self._untold:
            return "Stop what else runs on this machine, then run the same command again."
        if self.wrong:
            name = self.fault.id if self.fault else self.run
            return f"`sdctl report {name}` shows every write and every node over the time."
        if self.not_known:
            return "`sdctl status` shows what is not well. Mend that, then run it again."
        return self.next_step

    @property
    def _too_short(self) -> bool:
        """Whether nobody took over, and by the settings nobody could have by then."""
        band, lasted = self.timing.band, self.facts.lasted_s
        return (
            self.facts.led is False
            and band is not None
            and lasted is not None
            and lasted < band.high_s
        )

    @property
    def _expected(self) -> str:
        band = self.timing.band
        return "" if band is None else f", {band.low_s:g} to {band.high_s:g} s expected"

    def to_json(self) -> dict[str, object]:
        """The value that ends ``sdctl chaos FAULT --json``."""
        load = self.load
        requests = ("sent", "ok", "failed", "unknown")
        return {
            "run": self.run,
            "fault": self.fault.to_json() if self.fault else None,
            "verdict": self.judgement,
            "why": self.why,
            "effects": [effect.to_json() for effect in self.facts.effects],
            **self.timing.to_json(counts=self.times_count is not False),
            "times_count": self.times_count,
            "limit": load.limit if load else None,
            "because": load.because if load else None,
            "errors": list(load.errors) if load else None,
            "leader_before": self.leader_before,
            "leader_after": self.leader_after,
            "requests": {name: getattr(load, name) if load else None for name in requests},
            "writes": audits.to_json(self.audit),
            "reads": {
                "stale": load.stale_reads if load else None,
                "during_outage": self.reads.to_json() if self.reads else None,
            },
            "host": dict(load.host) if load and load.host else None,
            "settled": self.settled if self.audit else None,
            "complete": self.complete,
            "failover": self.facts.led,
            "led_after_ms": milliseconds(self.facts.led_after_s),
            "came_back": self.facts.came_back,
            "alone": self.facts.alone,
            "ended_by": self.facts.ended_by,
            "unseen": self.facts.unseen,
            "interrupted": self.facts.interrupted,
            "messages": dict(self.facts.messages) if self.facts.messages else None,
            "expected": [expectation.to_json() for expectation in self.expected],
            "next_step": self.advice or None,
            "nodes": {
                "ill_before": dict(self.facts.ill_before),
                "ill_after": dict(self.facts.ill_after),
            },
        }


_FIRST = 3
_SHORT_S = 1.0
"""Writes that stop for less are not said to have stopped in the first sentence."""


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _time(seconds: float | None) -> str:
    return "a time not known" if seconds is None else format_duration(seconds)
