"""A run judged once more, from its files and the stores as they are now: ``sdctl verdict RUN``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sdctl.chaos import outages, record_times, settling
from sdctl.chaos.gameday.judged_again import judged_again
from sdctl.chaos.judgeable import same_stores, verdict_given, written_of, wrote_to
from sdctl.chaos.phase_timing import of_stop, timing
from sdctl.components.component import Component
from sdctl.design.profile import Profile
from sdctl.faults import advice, fail_messages, promises
from sdctl.faults.fault import disturbing, stops_writes
from sdctl.foundation import moments
from sdctl.judge.attribution import Span, beside, counted, harmed, named, others
from sdctl.judge.audit import Audit
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.ledger import Write
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.limp import Limp
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.run_folder import RunFolder
from sdctl.judge.takeover import Takeover
from sdctl.judge.verdict import Verdict
from sdctl.judge.write_times import WriteTimes
from sdctl.state import observation
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.target import Target


def judge(
    engine: Target,
    stack: Stack,
    folder: RunFolder,
    profile: Callable[[], Profile],
    components: Mapping[str, Component],
    tell: Callable[[str], None] = lambda why: None,
    fault: str | None = None,
) -> Verdict | DayVerdict:
    """The verdict of a run that ended or was killed. Stores and logs are read if they still are
    those that it wrote to; what is waited for is ``tell``-ed. What only the run itself could
    measure is as it wrote that down, such as a game day's steady state. ``fault``: the one that is
    meant, where several were measured with one load; None: the last that was judged.

    Raises ``NoSuchTarget`` without a ledger, or while its stack is down and keeps its data;
    ``UsageError`` while it still runs or its fault is on.
    """
    ledger, records = written_of(stack, folder)
    begun = [record for record in records if record.injected_at or record.id == fault]
    records = begun or records
    if wrote_to(folder, stack) and not engine.nodes() and observation.keeps_data(engine):
        raise observation.is_down(stack.name)
    reading = None
    if same_stores(engine, stack, folder):
        reading = settling.audit(engine, stack, folder.run, ledger.writes(), tell=tell)
    found = _Found(folder, ledger, records, reading, engine, profile, components)
    written = (folder.verdict_on(fault) if fault else folder.read("verdict")) or {}
    if "day" not in written:
        record = _meant(records, fault or (written.get("fault") or {}).get("id"))
        written = folder.verdict_on(record.id) or {} if record else written
        return found.then(written).verdict(record, written)
    by_id, of_day = {record.id: record for record in records}, replace(found, of_day=True)
    day = of_day.then(written)
    return judged_again(
        written,
        day.verdict(None, written),
        lambda part: day.verdict(by_id.get(part["fault"]["id"]), {**written, **part}),
    )


def _meant(records: Sequence[Record], fault: str | None) -> Record | None:
    """The record of a fault; where none is named, that of the only one there is."""
    named = [record for record in records if record.id == fault] or records
    return named[0] if len(named) == 1 else None


_OF_STORES = {
    promises.LOST: "lost",
    fail_messages.UNTOLD: "undelivered",
    fail_messages.DEAD: "dead",
}
"""The figures that a fault predicts of the stores' content, and where an audit has them."""


@dataclass(frozen=True)
class _Found:
    """What there is to judge a run by."""

    folder: RunFolder
    ledger: LedgerFile
    records: Sequence[Record]
    reading: settling.ReadBack | None
    """What its stores say; None: they are not there any more."""
    engine: Target
    profile: Callable[[], Profile]
    components: Mapping[str, Component]
    of_day: bool = False
    """Whether its faults are those of a game day, which is judged as a whole."""
    known: int | None = None
    """By how many writes of the ledger it was judged; None: by all."""

    def then(self, written: Mapping[str, Any]) -> _Found:
        """The same by what was known when a verdict was ``written``: its load may have gone on, and
        what came then is not of its fault."""
        return replace(self, known=written.get("ledger_writes"))

    @property
    def writes(self) -> Sequence[Write]:
        """By which it is judged, in the order in which their outcomes became known."""
        return self.ledger.writes()[: self.known]

    def _audit(self, record: Record | None) -> tuple[Audit | None, tuple[str, ...]]:
        """Of the writes that count, and the other faults where those are not all."""
        if self.reading is None:
            return None, ()
        every, own = self.ledger.writes(), None
        if record is not None:
            own = counted(self.writes, record.id, self._spans, of_day=self.of_day)
        if own is None and len(self.writes) < len(every):
            return self.reading.of(every, {write.key for write in self.writes}), ()
        kinds = {other.id: other.kind for other in self.records}
        besides = named(record.id, kinds) if record is not None and own is not None else ()
        return self.reading.of(every, own), besides

    def verdict(self, record: Record | None, written: Mapping[str, Any]) -> Verdict:
        """The verdict on one of its faults, or on the run without them."""
        folder, reading = self.folder, self.reading
        audit, besides = self._audit(record)
        outage, facts = self._outage(record), self._facts(record, written)
        timed, service = self._timing(record, outage, facts, written), self._service()
        result = folder.read("result")
        gone = (
            f"it went to {service}, of which sdctl knows no stores"
            if service
            else f"the stack that it wrote to is not there any more{verdict_given(folder, written)}"
        )
        verdict = Verdict(
            run=folder.run,
            fault=FaultFacts.of(record) if record else None,
            load=LoadFacts.of_json(result) if result else None,
            timing=timed,
            stops_writes=record is None or stops_writes(record.kind),
            audit=audit,
            settled=reading.settled if reading else False,
            unsettled=reading.why if reading else gone,
            complete=self.ledger.complete,
            ledger_writes=len(self.writes),
            besides=besides,
            facts=facts,
            write_times=self._write_times(record) if record else None,
            limped=Limp.of(self.writes, record_times.span(record), outage) if record else None,
            reads=outages.reads_of(folder.series(), outage, moments.to_monotonic()),
            leader_before=written.get("leader_before"),
            leader_after=written.get("leader_after", timed.leader),
            took_over=Takeover.of_json(written.get("took_over")),
            next_step=advice.again(written.get("next_step") or "", audit),
            gone=reading is None and not service,
            service=service,
        )
        written_down = map(Expectation.of_json, written.get("expected") or ())
        return verdict.expecting(self._by_the_stores(figure, record) for figure in written_down)

    def _facts(self, record: Record | None, written: Mapping[str, Any]) -> RunFacts:
        """As the run wrote them down."""
        facts = RunFacts.of_json(written, _lasted(record))
        facts = replace(facts, begun=record is None or record.injected_at is not None)
        if self.records and not written:
            killed = "the run was killed before it gave its verdict"
            damaged = "what the run wrote down of it is damaged"
            unread = self.folder.has("verdict") and not self.folder.read("verdict")
            return replace(facts, unwritten=damaged if unread else killed)
        return facts

    def _timing(
        self,
        record: Record | None,
        outage: Outage | None,
        facts: RunFacts,
        written: Mapping[str, Any],
    ) -> Timing:
        """As the run read it in the servers' logs; of a run that did not get so far from the logs,
        where they still are its own."""
        stop = of_stop(record, outage)
        if record is None:
            return stop
        meanwhile = beside(
            record.id, self._spans, disturbing({other.id: other.kind for other in self.records})
        )
        if known := stop.as_written(written):
            return replace(known, meanwhile=meanwhile)
        if self.reading is None:
            return stop
        profile = self.profile()
        return timing(
            self.engine, profile, self.components, record, outage, facts, meanwhile=meanwhile
        )

    def _service(self) -> str:
        """The address of another service that it was sent to; empty: it was a stack of sdctl."""
        manifest = self.folder.read("run") or {}
        elsewhere = "stack" in manifest and manifest["stack"] is None
        return str(manifest.get("url", "")) if elsewhere else ""

    def _by_the_stores(self, figure: Expectation, record: Record | None) -> Expectation:
        """A figure of what the stores hold is measured anew, or not at all; any other is as the run
        measured it."""
        name = _OF_STORES.get(figure.what)
        if name is None or record is None:
            return figure
        audit = self.reading.audit if self.reading else None
        if audit is None:
            return replace(figure, measured=None)
        if figure.what == fail_messages.DEAD and figure.measured is not None:
            return figure  # those that were replayed since have died all the same
        own = audit.of(harmed(self.writes, record.id, self._spans))
        return replace(figure, measured=float(len(getattr(own, name))))

    def _write_times(self, record: Record) -> WriteTimes | None:
        beside = others(record.id, self._spans)
        return WriteTimes.around(self.writes, record_times.span(record), others=beside)

    def _outage(self, record: Record | None) -> Outage | None:
        if record is None:
            return None
        complete = self.ledger.complete and len(self.writes) == len(self.ledger.writes())
        return outages.by_fault(self.writes, self._spans, complete=complete)[record.id]

    @property
    def _spans(self) -> Mapping[str, Span]:
        """From when to when each of its faults was on."""
        return {record.id: record_times.span(record) for record in self.records}


def _lasted(record: Record | None) -> float | None:
    """From a fault's injection until it was undone, which is at its end or before."""
    if record is None or record.healed_at is None:
        return None
    begin, end, started, until = map(
        record_times.wall,
        (record.began, record.healed_at, record.started_at, record.until),
    )
    return min(end - begin, until - started)
