"""Counts what became of a run's requests, as it happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from sdctl.judge import error_answers, outcome
from sdctl.judge.error_answers import ErrorAnswer
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.outcome import NO_ANSWER, Error
from sdctl.load.beats import Beat
from sdctl.load.exchange import Exchange
from sdctl.load.histogram import SLICE, Histogram, sample
from sdctl.load.request_counts import RequestCounts
from sdctl.load.staleness import is_stale
from sdctl.workloads.workload import Feedback


class Tally:
    """A client's sink. Writes go to the ledger, acknowledged ids back to the workload."""

    def __init__(
        self, *, ledger: Ledger, feedback: Feedback, expected: frozenset[int] = frozenset()
    ) -> None:
        self._ledger = ledger
        self._feedback = feedback
        self._expected = expected
        self.reads = RequestCounts()
        self.writes = RequestCounts()
        self.reads_checked = 0
        self.stale_reads = 0
        self.by_status: Counter[int] = Counter()
        self.by_error: Counter[str] = Counter()
        self.error_answers: Counter[ErrorAnswer] = Counter()
        self.read_response = Histogram()
        self.write_response = Histogram()
        self.service = Histogram()
        self.late = Histogram()
        self.last_answer_at: float | None = None

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        """A whole answer came."""
        self.service.pending.append(now - exchange.sent_at)
        self.last_answer_at = now
        self.by_status[status] += 1
        if status >= 400 and status not in self._expected:
            error_answers.count(self.error_answers, status, body)
        request = exchange.request
        if request.kind == "write":
            self.write_response.pending.append(now - exchange.due_at)
            self._written(exchange, status, body, now)
            return
        self.read_response.pending.append(now - exchange.due_at)
        if self.fine(status):
            self.reads.ok += 1
        else:
            self.reads.failed += 1
        if request.key or request.shows:
            stale = is_stale(request, status, body)
            if stale is not None:
                self.reads_checked += 1
                self.stale_reads += stale

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        """No answer came, or the request never left."""
        self.by_error[error] += 1
        request = exchange.request
        ended, response = (
            (self.writes, self.write_response)
            if request.kind == "write"
            else (self.reads, self.read_response)
        )
        became = outcome.of_attempts(outcome.of_unanswered(error), doubtful=exchange.doubtful)
        if error in NO_ANSWER or (request.kind == "write" and became == "unknown"):
            ended.unknown += 1
        else:
            ended.failed += 1
        if error in ("timeout", "queue_timeout", "connect_timeout"):
            # at least so long it would have taken
            response.pending.append(now - exchange.due_at)
            if exchange.sent_at:
                self.service.pending.append(now - exchange.sent_at)
        if request.kind == "write" and request.key:
            self._ledger.append(
                Write(
                    request.key,
                    exchange.first_left_at,
                    now,
                    became,
                    digest=request.digest,
                )
            )

    def _written(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        became = outcome.of_attempts(outcome.of_write(status, body), doubtful=exchange.doubtful)
        request, ended = exchange.request, self.writes
        if self.fine(status):
            ended.ok += 1
        elif became == "unknown" and request.key:
            ended.unknown += 1
        else:
            ended.failed += 1
        if not request.key:
            return  # a stranger's write, which nobody can look for afterwards
        order_id = outcome.member(body, "id") if became == "acknowledged" else None
        self._ledger.append(
            Write(request.key, exchange.first_left_at, now, became, order_id, request.digest)
        )
        if order_id is not None:
            self._feedback.acknowledged(order_id, now, request.client, request.key)

    def expects(self, status: int) -> bool:
        """Whether the workload takes it for a good answer, though its status is an error."""
        return status in self._expected

    def fine(self, status: int) -> bool:
        """Whether it is the status of a good answer."""
        return 200 <= status < 400 or status in self._expected

    async def fold(self) -> None:
        """Count what was recorded, letting sends go out in between."""
        for histogram in (self.read_response, self.write_response, self.service, self.late):
            for _ in range(0, len(histogram.pending), SLICE):
                histogram.fold(SLICE)
                await asyncio.sleep(0)
            while histogram.crowded:
                histogram.settle(SLICE)
                await asyncio.sleep(0)


class Pulse:
    """Makes beats: the difference between now and the beat before."""

    def __init__(self, tally: Tally, ledger: Ledger) -> None:
        self._tally = tally
        self._ledger = ledger
        self._fired = 0
        self._answers = 0

    def beat(
        self, at_s: float, *, fired: int, again: int, in_flight: int, connections: int
    ) -> Beat:
        """What came since the last beat. To be called before the tally is folded."""
        tally = self._tally
        answers = tally.by_status.total()
        beat = Beat(
            at_s=at_s,
            fired=fired - self._fired,
            answers=answers - self._answers,
            response=sample(tally.read_response.pending + tally.write_response.pending),
            read_response=sample(tally.read_response.pending),
            write_response=sample(tally.write_response.pending),
            service=sample(tally.service.pending),
            late=sample(tally.late.pending),
            reads=replace(tally.reads),
            writes=replace(tally.writes),
            again=again,
            acknowledged=self._ledger.count("acknowledged"),
            in_flight=in_flight,
            connections=connections,
        )
        self._fired, self._answers = fired, answers
        return beat
