"""What a fault teaches: the contract. A fault says beforehand what the settings predict
(``Fault.expects``), each as a ``Prediction`` that knows how it is measured afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdctl.faults.heirs import Heirs
from sdctl.judge.expectation import Expectation

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.design.profile import Profile
    from sdctl.faults.fault_plan import FaultPlan
    from sdctl.judge.attribution import Span
    from sdctl.judge.audit import Audit
    from sdctl.judge.ledger import Write
    from sdctl.judge.outage import Outage
    from sdctl.state.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is known when a fault is about to begin."""

    plan: FaultPlan
    profile: Profile
    components: Mapping[str, Component]
    seen: Snapshot
    """The stack as it is then."""
    writes_per_s: float | None
    """Acknowledged writes a second until then; None: there were too few to tell."""

    @property
    def heirs(self) -> Heirs:
        """Who could take over from the fault's target."""
        return Heirs(
            plan=self.plan, profile=self.profile, components=self.components, seen=self.seen
        )

    def setting(self, tier: str, name: str) -> Any:
        """A setting of the stack that runs; None where it has no such tier or setting."""
        return getattr(self.profile.settings.get(tier), name, None)


@dataclass(frozen=True, kw_only=True)
class Course:
    """What was recorded. All moments are on one clock, ``time.monotonic()``."""

    injected_at: float
    healed_at: float
    writes: Sequence[Write]
    others: Sequence[Span] = ()
    """When other faults of the run were on."""
    samples: Sequence[Mapping[str, Any]] = ()
    """One a second, see ``load/samples.py``: ``at`` and what was seen then, such as ``waiting``."""
    audit: Audit | None = None
    outage: Outage | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    """What the fault's ending measured while it was on."""
    stale_reads: int | None = None
    """As in ``judge/load_facts.py``."""
    messages: Mapping[str, Any] | None = None
    """As in ``judge/run_facts.py``."""

    def per_s(self, name: str) -> float | None:
        """By how much a sampled figure grew a second while the fault was on, as a line through
        all its samples (least squares); None: fewer than 3 samples."""
        points = [
            (float(sample["at"]), float(sample[name]))
            for sample in self.samples
            if sample.get(name) is not None and self.injected_at <= sample["at"] <= self.healed_at
        ]
        if len(points) < _FEWEST:
            return None
        middle_at = sum(at for at, _ in points) / len(points)
        middle = sum(value for _, value in points) / len(points)
        spread = sum((at - middle_at) ** 2 for at, _ in points)
        return sum((at - middle_at) * (value - middle) for at, value in points) / spread


_FEWEST = 3


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A figure that a fault should come to: from ``low`` to ``high``, both in; None: no such end.

    ``what`` is a key of the fault's ``figures``.
    """

    what: str
    low: float | None
    high: float | None
    unit: str = ""
    why: str
    """The arithmetic in words, with this stack's own numbers."""
    measure: Callable[[Course], float | None]
    """None: it could not be measured."""

    def beside(self, course: Course | None) -> Expectation:
        """The prediction with what was measured."""
        return Expectation(
            what=self.what,
            low=self.low,
            high=self.high,
            unit=self.unit,
            why=self.why,
            measured=None if course is None else self.measure(course),
        )
