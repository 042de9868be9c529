"""The verdict on a run: what a fault did, judged by what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Self

from sdctl.foundation import own_command
from sdctl.foundation.units import milliseconds
from sdctl.judge import audit as audits
from sdctl.judge import reasons
from sdctl.judge.expectation import Expectation
from sdctl.judge.run_evidence import RunEvidence

Judgement = Literal["pass", "fail", "unknown"]


_AGAIN = "Run the same command again, and let it come to its end."


@dataclass(frozen=True, kw_only=True)
class Verdict(RunEvidence):
    """A run's measured effect."""

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
    def interrupted(self) -> bool:
        """Whether the run was, so the figures are those so far."""
        return self.facts.interrupted

    @property
    def not_well(self) -> tuple[str, ...]:
        """The nodes that were not well when the run ended, as far as that was seen."""
        return () if self.facts.unseen else tuple(self.facts.ill_after)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What did not hold."""
        return tuple(reasons.wrong(self))

    @property
    def not_known(self) -> tuple[str, ...]:
        """What it takes to judge and was not measured."""
        return tuple(reasons.not_known(self))

    def expecting(self, figures: Iterable[Expectation]) -> Self:
        """With what its fault predicted, as far as that can be compared in this run."""
        cut_short = self.facts.cut_short
        told = (figure.in_run(self.times_count, cut_short=cut_short) for figure in figures)
        return replace(self, expected=tuple(told))

    @property
    def passed(self) -> str | None:
        """What a *pass* comes to, in a sentence; None where it is none."""
        if self.judgement != "pass" or self.audit is None:
            return None
        return reasons.sound(self)

    @property
    def advice(self) -> str:
        """What a reader does next, in one sentence."""
        return self.advised(self.judgement)

    def advised(self, judgement: Judgement) -> str:
        """The same where the run, of which this may be a part, came to ``judgement``. Its commands
        name their stack."""
        return own_command.named(self._advised(judgement))

    def _advised(self, judgement: Judgement) -> str:
        if judgement == "fail":
            return self._of_failure
        if self.facts.interrupted:
            return _AGAIN
        if self.untold and not self.facts.ended_by:
            return "Stop what else runs on this machine, then run the same command again."
        if self.service or self.gone:
            return self._second_by_second
        return self._of_the_unknown if judgement == "unknown" else self.next_step

    @property
    def _second_by_second(self) -> str:
        return f"`sdctl report {self.run}` shows it second by second."

    @property
    def _over_the_time(self) -> str:
        return f"`sdctl report {self.run}` shows every write and every node over the time."

    @property
    def _of_failure(self) -> str:
        if self.service or self.gone:
            return self._second_by_second
        if reasons.broken(self):
            return (
                f"`sdctl --json verdict {self.run}` names these writes, under `writes`. "
                f"`sdctl report {self.run}` shows every node over the time."
            )
        if self.stranded and len(self.wrong) == 1 and self.next_step:
            return self.next_step
        return self._over_the_time

    @property
    def _of_the_unknown(self) -> str:
        if self.facts.unwritten:
            return _AGAIN
        if self.facts.ill_after or self.facts.unseen:
            return "`sdctl status` shows what is not well. Mend that, then run it again."
        if self.facts.ended_by:
            return "Run the same command again, and let the fault last to its end."
        if self.too_short:
            return "Run the same command again, with a longer --for."
        if self.audit is None or not self.settled or self.audit.missing_letters:
            return (
                f"`sdctl verdict {self.run}` reads the stores again. If that does not help, "
                "`sdctl status` shows what is not well."
            )
        return self._over_the_time

    def to_json(self) -> dict[str, object]:
        """The value that ends ``sdctl chaos FAULT --json``."""
        load = self.load
        requests = ("sent", "ok", "failed", "unknown")
        # a gap beside a fault that does not stop writes is none of its own, on no page
        timing = self.timing if self.stops_writes else replace(self.timing, outage=None)
        return {
            "run": self.run,
            "fault": self.fault.to_json() if self.fault else None,
            "verdict": self.judgement,
            "why": self.why,
            "passed": self.passed,
            "effects": [effect.to_json() for effect in self.facts.effects],
            **timing.to_json(holds=self.as_predicted),
            "write_ms": self.write_times.to_json() if self.write_times else None,
            **({"failed_in_part": self.limped.to_json()} if self.limped else {}),
            "times_count": self.times_count,
            "limit": load.limit if load else None,
            "because": load.because if load else None,
            "errors": [str(error) for error in load.errors] if load else None,
            "leader_before": self.leader_before,
            "leader_after": self.leader_after,
            **({"took_over": self.took_over.to_json()} if self.took_over else {}),
            "requests": {name: getattr(load, name) if load else None for name in requests},
            "writes": audits.to_json(self.audit),
            "reads": {
                "stale": load.stale_reads if load else None,
                "during_outage": self.reads.to_json() if self.reads else None,
            },
            "host": dict(load.host) if load and load.host else None,
            "settled": self.settled if self.audit else None,
            "complete": self.complete,
            "ledger_writes": self.ledger_writes,
            **({"besides": list(self.besides)} if self.besides else {}),
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
