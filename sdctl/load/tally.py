"""Counts what became of a run's requests, as it happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from sdctl.ledger import Ledger, Write
from sdctl.load import outcome
from sdctl.load.connection import Exchange
from sdctl.load.histogram import SLICE, Histogram, percentile_ms
from sdctl.load.outcome import NO_ANSWER, Error
from sdctl.load.schedule import Schedule
from sdctl.workloads.workload import Feedback


@dataclass(frozen=True, kw_only=True)
class Tick:
    """The last second or so of a run, for a live view. Rates and percentiles are of that span."""

    at_s: float
    """Since the first send was due."""
    span_s: float
    target_rps: float
    offered_rps: float
    achieved_rps: float
    """Answers of any status."""
    p50_ms: float | None
    """Of the response time, as ``p99_ms``."""
    p99_ms: float | None
    service_p99_ms: float | None
    late_ms_p99: float | None
    ok: int
    """From the start, as all that follow."""
    failed: int
    unknown: int
    acknowledged: int
    """Writes."""
    in_flight: int
    """Now, as the connections."""
    connections: int


@dataclass
class Counts:
    """How many requests came to what."""

    ok: int = 0
    failed: int = 0
    unknown: int = 0
    stale_reads: int = 0

    @property
    def done(self) -> int:
        """All that are over."""
        return self.ok + self.failed + self.unknown


class Tally:
    """A client's sink. Writes go to the ledger, acknowledged ids back to the workload."""

    def __init__(
        self, *, ledger: Ledger, feedback: Feedback, expected: frozenset[int] = frozenset()
    ) -> None:
        self._ledger = ledger
        self._feedback = feedback
        self._expected = expected
        self.counts = Counts()
        self.by_status: Counter[int] = Counter()
        self.by_error: Counter[str] = Counter()
        self.response = Histogram()
        self.service = Histogram()
        self.late = Histogram()
        self.last_answer_at: float | None = None

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        """A whole answer came."""
        self.response.pending.append(now - exchange.due_at)
        self.service.pending.append(now - exchange.sent_at)
        self.last_answer_at = now
        self.by_status[status] += 1
        counts = self.counts
        if 200 <= status < 400 or status in self._expected:
            counts.ok += 1
        else:
            counts.failed += 1
        request = exchange.request
        if request.kind == "write":
            self._written(exchange, status, body, now)
        elif status == 404 and request.key:
            counts.stale_reads += 1

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        """No answer came, or the request never left."""
        self.by_error[error] += 1
        if error in NO_ANSWER:
            self.counts.unknown += 1
        else:
            self.counts.failed += 1
        if error in ("timeout", "queue_timeout", "connect_timeout"):
            # at least so long it would have taken
            self.response.pending.append(now - exchange.due_at)
            if exchange.sent_at:
                self.service.pending.append(now - exchange.sent_at)
        if exchange.request.kind == "write":
            self._ledger.append(
                Write(
                    exchange.request.key,
                    exchange.sent_at or exchange.fired_at,
                    now,
                    outcome.of_unanswered(error),
                )
            )

    def _written(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        became = outcome.of_write(status, body)
        order_id = outcome.member(body, "id") if became == "acknowledged" else None
        self._ledger.append(Write(exchange.request.key, exchange.sent_at, now, became, order_id))
        if order_id is not None:
            self._feedback.acknowledged(order_id, now)

    async def fold(self) -> None:
        """Fold what was recorded into the histograms, letting sends go out in between."""
        for histogram in (self.response, self.service, self.late):
            for _ in range(0, len(histogram.pending), SLICE):
                histogram.fold(SLICE)
                await asyncio.sleep(0)


class Window:
    """Makes ticks: the difference between now and the tick before."""

    def __init__(self, tally: Tally, ledger: Ledger, schedule: Schedule) -> None:
        self._tally = tally
        self._ledger = ledger
        self._schedule = schedule
        self._at_s = 0.0
        self._fired = 0
        self._answers = 0

    def tick(self, at_s: float, *, fired: int, in_flight: int, connections: int) -> Tick:
        """The span since the last tick. To be called before the tally is folded."""
        tally, counts = self._tally, self._tally.counts
        span = max(at_s - self._at_s, 1e-9)
        answers = tally.by_status.total()
        tick = Tick(
            at_s=at_s,
            span_s=span,
            target_rps=self._schedule.rate((self._at_s + at_s) / 2),
            offered_rps=(fired - self._fired) / span,
            achieved_rps=(answers - self._answers) / span,
            p50_ms=percentile_ms(tally.response.pending, 50),
            p99_ms=percentile_ms(tally.response.pending, 99),
            service_p99_ms=percentile_ms(tally.service.pending, 99),
            late_ms_p99=percentile_ms(tally.late.pending, 99),
            ok=counts.ok,
            failed=counts.failed,
            unknown=counts.unknown,
            acknowledged=self._ledger.count("acknowledged"),
            in_flight=in_flight,
            connections=connections,
        )
        self._at_s, self._fired, self._answers = at_s, fired, answers
        return tick
