"""The verdict on a run: what a fault did, measured. What was not measured is None, never 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sdctl.components.band import Band
from sdctl.components.published import Published
from sdctl.foundation.units import format_duration
from sdctl.judge import error_answers
from sdctl.judge.audit import Audit
from sdctl.judge.expectation import Expectation
from sdctl.judge.outage import Outage
from sdctl.judge.outcome import NO_ANSWER
from sdctl.judge.run_facts import Reads, RunFacts

if TYPE_CHECKING:
    from sdctl.state.fault_records import Record

Judgement = Literal["pass", "fail", "unknown"]

PHASES = ("detect", "elect", "promote", "reroute")


@dataclass(frozen=True, kw_only=True)
class FaultFacts:
    """What was done, to what, when; the moments as RFC 3339 text."""

    id: str
    kind: str
    how: str | None
    tier: str | None
    target: str | None
    started_at: str
    healed_at: str | None
    healed_by: str | None = None
    asked: str = ""
    """Its arguments, as they were typed: ``database:leader rest``."""

    @classmethod
    def of(cls, record: Record) -> FaultFacts:
        """What a record says of its fault."""
        return cls(
            id=record.id,
            kind=record.kind,
            how=record.how,
            tier=record.tier,
            target=record.target,
            started_at=record.started_at,
            healed_at=record.healed_at,
            healed_by=record.healed_by,
            asked=record.asked,
        )

    def to_json(self) -> dict[str, str | None]:
        """As ``fault`` in the JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class LoadFacts:
    """What a load's result adds to a verdict."""

    sent: int
    ok: int
    failed: int
    unknown: int
    unanswered: int | None = None
    """Of the unknown ones, those that got no answer; to the others came one that leaves it open.
    None: not told, as by an older sdctl."""
    stale_reads: int | None = None
    """Reads older than a write of the same client that was acknowledged before they were sent;
    None: no read was checked."""
    host: Mapping[str, float] | None = None
    """``cpu_idle`` and ``cpu_steal`` while it ran, shares from 0 to 1."""
    limit: str | None = None
    """Whose limit it met, as ``generator.limit`` of its result: the times it measured do not count,
    how its requests ended does. None: they count."""
    because: str | None = None
    """By what that is known."""
    errors: tuple[str, ...] = ()
    """Error answers, and why requests were not sent: each with how often, most often first."""

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> LoadFacts:
        """Of a run's ``result.json``."""
        counts = {name: value["requests"][name] for name in ("sent", "ok", "failed", "unknown")}
        reads, kinds = value.get("reads") or {}, value["requests"].get("by_kind")
        generator = value.get("generator") or {}
        by_error = value["requests"].get("by_error") or {}
        not_sent = {name: n for name, n in by_error.items() if name not in NO_ANSWER}
        return cls(
            **counts,
            unanswered=None if kinds is None else kinds.get("no_answer", 0),
            stale_reads=reads.get("stale"),
            host=value.get("host"),
            limit=generator.get("limit"),
            because=generator.get("because"),
            errors=(
                *error_answers.told(value["requests"].get("error_answers") or ()),
                *(f"{number} × not sent: {name}" for name, number in not_sent.items()),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long a fault took, and how long it should have taken."""

    outage: Outage | None = None
    """None: not measured, or still out when the watching ended."""
    phases: Mapping[str, float | None] = field(default_factory=dict)
    """Seconds of the outage's phases; None for one that no log tells."""
    revoked_s: float | None = None
    """Into the outage, the dead leader's lease was revoked; None: it was not."""
    remark: str | None = None
    """Why a phase is not told."""
    failover_s: float | None = None
    """Until the tier had a leader again, by its own logs, whether or not clients waited for it."""
    leader: str | None = None
    """Who that was."""
    band: Band | None = None
    """What the settings predict; None: they do not tell."""
    published: tuple[Published, ...] = ()

    @property
    def as_predicted(self) -> bool | None:
        """Whether the measurement lies in the band; None: nothing to compare."""
        if self.band is None:
            return None
        if self.band.of == "failover":
            return None if self.failover_s is None else self.band.holds(self.failover_s)
        outage = self.outage
        return None if outage is None else self.band.holds(outage.seconds, outage.resolution)

    def to_json(self, *, counts: bool = True) -> dict[str, object]:
        """Its part of a verdict's JSON. ``counts``: whether its times may be compared."""
        outage, band = self.outage, self.band
        holds = self.as_predicted if counts else None
        predicted = {**band.to_json(), "holds": holds} if band else None
        return {
            "rto_ms": _ms(outage.seconds if outage else None),
            "rto_resolution_ms": _ms(outage.resolution if outage else None),
            "phases_ms": {name: _ms(self.phases.get(name)) for name in PHASES},
            "revoked_ms": _ms(self.revoked_s),
            "failover_ms": _ms(self.failover_s),
            "predicted": predicted,
            "published": [band.to_json() for band in self.published],
        }


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
        if audit is not None and audit.dead and (missing := _missing_letters(audit)):
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
            "writes": _writes(self.audit),
            "reads": {
                "stale": load.stale_reads if load else None,
                "during_outage": self.reads.to_json() if self.reads else None,
            },
            "host": dict(load.host) if load and load.host else None,
            "settled": self.settled if self.audit else None,
            "complete": self.complete,
            "failover": self.facts.led,
            "led_after_ms": _ms(self.facts.led_after_s),
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
_COUNTED = ("recovered",)
_LISTED = (
    "lost", "duplicated", "altered", "broken_promises", "unfinished", "dead", "undelivered",
    "notified_twice", "unrecorded",
)  # fmt: skip


def _writes(audit: Audit | None) -> dict[str, object]:
    names = (
        "acknowledged", "refused", "unknown", *_COUNTED, *_LISTED, "behind", "unread", "remains",
    )  # fmt: skip
    if audit is None:
        return dict.fromkeys(names)
    return {
        "acknowledged": audit.acknowledged,
        "refused": audit.refused,
        "unknown": audit.unknown,
        **{name: len(getattr(audit, name)) for name in _COUNTED},
        **{name: list(getattr(audit, name)) for name in _LISTED},
        "behind": {node: len(keys) for node, keys in audit.behind.items()},
        "unread": dict(audit.unread),
        "remains": asdict(audit.remains) if audit.remains else None,
    }


def _missing_letters(audit: Audit) -> str | None:
    """Why not every message that failed for good is known to be kept; None: each is."""
    failed = _count(len(audit.dead), "order", "orders")
    if audit.letters is None:
        return f"{failed} failed for good, and their dead letters could not be looked for"
    if audit.letters < len(audit.dead):
        return (
            f"{failed} failed for good, and {audit.letters} dead letters are there: "
            "the others are being replayed, were purged, or are lost"
        )
    return None


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _time(seconds: float | None) -> str:
    return "a time not known" if seconds is None else format_duration(seconds)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
