"""What a verdict rests on: all that was measured of a run. What was not is None, never 0."""

from __future__ import annotations

from dataclasses import dataclass, field

from sdctl.judge.audit import Audit
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.limp import Limp
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.run_facts import Reads, RunFacts
from sdctl.judge.takeover import Takeover
from sdctl.judge.write_times import WriteTimes


@dataclass(frozen=True, kw_only=True)
class RunEvidence:
    """Of one run."""

    run: str
    fault: FaultFacts | None = None
    """None: a load without one."""
    load: LoadFacts | None = None
    """None: its result is not known (another sdctl sends it, or it was killed)."""
    stops_writes: bool = True
    """Whether a fault of its kind stops writes; of one that does not, no stop is told."""
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
    write_times: WriteTimes | None = None
    """None: there was no fault, or no write before it, or none while it was on."""
    limped: Limp | None = None
    """None: no writes failed while others were acknowledged, or there was no fault."""
    reads: Reads | None = None
    """None: no read was sent then, or the outage was too short to tell."""
    leader_before: str | None = None
    leader_after: str | None = None
    took_over: Takeover | None = None
    """The next leader, where it lacked acknowledged writes; None: it did not, or none led."""
    expected: tuple[Expectation, ...] = ()
    """What the fault itself predicted, beside what came."""
    next_step: str = ""
    """What a reader does next, in one sentence."""
    ledger_writes: int | None = None
    """By how many writes of the ledger it is judged: a load may go on after that. None: of an older
    sdctl."""
    besides: tuple[str, ...] = ()
    """The other faults that its load had, such as ``f-1 pause``, where its writes are counted
    without theirs."""
    gone: bool = False
    """Whether the stores that it wrote to are not there any more: what was measured stays."""
    service: str = ""
    """The address of the service that the load went to, where that is no stack of sdctl's."""

    @property
    def times_count(self) -> bool | None:
        """Whether its times are about the stack, and not about a machine that was full; None: what
        its load went through is not known."""
        return None if self.load is None else self.load.limit is None

    @property
    def stop_counts(self) -> bool:
        """Whether for how long writes stopped counts; that they did not stop is no time."""
        outage = self.timing.outage
        return self.times_count is not False or outage is None or not outage.seconds

    @property
    def as_predicted(self) -> bool | None:
        """Whether it took as long as the settings predict; None: that cannot be compared."""
        return None if self.times_count is False else self.timing.as_predicted

    @property
    def untold(self) -> list[str]:
        """Why of some effects it is not known whether they are there, each reason once: the effects
        themselves have rows of their own."""
        doubts = (effect.doubt for effect in self.facts.effects if effect.stands is None)
        return list(dict.fromkeys(doubts))

    @property
    def stranded(self) -> bool:
        """Whether writes did not come back because there was nobody to take over."""
        return self.facts.alone and self.facts.came_back is False

    @property
    def too_short(self) -> bool:
        """Whether nobody took over, and by the settings nobody could have by then."""
        band, lasted = self.timing.band, self.facts.lasted_s
        return (
            self.facts.led is False
            and band is not None
            and lasted is not None
            and lasted < band.high_s
        )
