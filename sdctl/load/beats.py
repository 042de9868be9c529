"""From what each load process reports to one live view of the run."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from sdctl.load.histogram import percentile_ms
from sdctl.load.request_counts import RequestCounts
from sdctl.load.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Beat:
    """What one process did since its beat before. Durations in seconds, an even sample of them."""

    at_s: float
    """Since the first send was due."""
    fired: int
    answers: int
    """Of any status."""
    response: array[float]
    read_response: array[float]
    write_response: array[float]
    service: array[float]
    late: array[float]
    reads: RequestCounts
    """From the start, as all that follow."""
    writes: RequestCounts
    again: int
    """Attempts after the first one of their request."""
    acknowledged: int
    in_flight: int
    """Now, as the connections."""
    connections: int


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
    reads_ok: int = 0
    """Reads that were answered well, from the start; ``reads_bad`` those that were not."""
    reads_bad: int = 0
    read_p99_ms: float | None = None
    """Of the response time of reads in that span, as the next of writes."""
    write_p99_ms: float | None = None
    again: int = 0
    """Attempts after the first one of their request, from the start."""


class Ticks:
    """Makes a tick whenever every process that still runs has sent a beat since the last one."""

    def __init__(self, schedule: Schedule, processes: int) -> None:
        self._schedule = schedule
        self._fresh: list[list[Beat]] = [[] for _ in range(processes)]
        self._latest: dict[int, Beat] = {}
        self._over: set[int] = set()
        self._at_s = 0.0
        self._heard_s = [0.0] * processes
        """Of which moment the last beat of each was that is in a tick."""

    def take(self, part: int, beat: Beat) -> Tick | None:
        """Note a beat of process ``part``."""
        self._fresh[part].append(beat)
        self._latest[part] = beat
        return self._next()

    def end(self, part: int) -> Tick | None:
        """Process ``part`` is done; nobody waits for its beats any more."""
        self._over.add(part)
        return self._next()

    def _next(self) -> Tick | None:
        fresh = self._fresh
        if not any(fresh) or not all(
            beats or part in self._over for part, beats in enumerate(fresh)
        ):
            return None
        self._fresh = [[] for _ in fresh]
        spans = []
        for part, beats in enumerate(fresh):
            if beats:
                spans.append(beats[-1].at_s - self._heard_s[part])
                self._heard_s[part] = beats[-1].at_s
        return self._tick([beat for beats in fresh for beat in beats], max(spans))

    def _tick(self, beats: Sequence[Beat], least_s: float) -> Tick:
        """``least_s``: a process alone took so long. Others may have told of a later moment."""
        at_s = max(self._at_s, *(beat.at_s for beat in beats))
        span = max(at_s - self._at_s, least_s, 1e-9)
        response, service, late, of_reads, of_writes = (array("d") for _ in range(5))
        for beat in beats:
            response.extend(beat.response)
            service.extend(beat.service)
            late.extend(beat.late)
            of_reads.extend(beat.read_response)
            of_writes.extend(beat.write_response)
        latest = self._latest.values()
        reads = sum((beat.reads for beat in latest), RequestCounts())
        writes = sum((beat.writes for beat in latest), RequestCounts())
        tick = Tick(
            at_s=at_s,
            span_s=span,
            target_rps=self._schedule.rate((self._at_s + at_s) / 2),
            offered_rps=sum(beat.fired for beat in beats) / span,
            achieved_rps=sum(beat.answers for beat in beats) / span,
            p50_ms=percentile_ms(response, 50),
            p99_ms=percentile_ms(response, 99),
            service_p99_ms=percentile_ms(service, 99),
            late_ms_p99=percentile_ms(late, 99),
            ok=reads.ok + writes.ok,
            failed=reads.failed + writes.failed,
            unknown=reads.unknown + writes.unknown,
            acknowledged=sum(beat.acknowledged for beat in latest),
            in_flight=sum(beat.in_flight for beat in latest),
            connections=sum(beat.connections for beat in latest),
            reads_ok=reads.ok,
            reads_bad=reads.failed + reads.unknown,
            read_p99_ms=percentile_ms(of_reads, 99),
            write_p99_ms=percentile_ms(of_writes, 99),
            again=sum(beat.again for beat in latest),
        )
        self._at_s = at_s
        return tick
