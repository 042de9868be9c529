"""What each load process measured, and the result that comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sdctl.judge.error_answers import ErrorAnswer
from sdctl.load.checked import Checked
from sdctl.load.histogram import Histogram, together
from sdctl.load.latency import Latency
from sdctl.load.plan import LoadPlan
from sdctl.load.request_attempts import Attempts
from sdctl.load.request_counts import RequestCounts
from sdctl.load.result import LoadResult


@dataclass(frozen=True, kw_only=True)
class ProcessFigures:
    """One process's share of a run, or several merged. Counts as in ``LoadResult``."""

    duration_s: float
    answered_s: float
    """From the start until the last answer; 0 without any."""
    fired: int
    reads: RequestCounts
    writes: RequestCounts
    reads_checked: int
    stale_reads: int
    by_status: Counter[int]
    by_error: Counter[str]
    error_answers: Counter[ErrorAnswer]
    read_response: Histogram
    write_response: Histogram
    service: Histogram
    late: Histogram
    attempts: Attempts
    cpu_s: float
    queued: int
    retried: int
    scarce: Counter[str]
    connections: int
    """How many it may open."""
    short_of_files: bool
    nice: int
    host: Mapping[str, float | None]


def merged(parts: Sequence[ProcessFigures]) -> ProcessFigures:
    """All processes' figures as if one had measured them; the machine's are those of the first."""
    return ProcessFigures(
        duration_s=max(part.duration_s for part in parts),
        answered_s=max(part.answered_s for part in parts),
        fired=sum(part.fired for part in parts),
        reads=sum((part.reads for part in parts), RequestCounts()),
        writes=sum((part.writes for part in parts), RequestCounts()),
        reads_checked=sum(part.reads_checked for part in parts),
        stale_reads=sum(part.stale_reads for part in parts),
        by_status=sum((part.by_status for part in parts), Counter()),
        by_error=sum((part.by_error for part in parts), Counter()),
        error_answers=sum((part.error_answers for part in parts), Counter()),
        read_response=together(part.read_response for part in parts),
        write_response=together(part.write_response for part in parts),
        service=together(part.service for part in parts),
        late=together(part.late for part in parts),
        attempts=sum((part.attempts for part in parts), Attempts()),
        cpu_s=sum(part.cpu_s for part in parts),
        queued=sum(part.queued for part in parts),
        retried=sum(part.retried for part in parts),
        scarce=sum((part.scarce for part in parts), Counter()),
        connections=sum(part.connections for part in parts),
        short_of_files=any(part.short_of_files for part in parts),
        nice=max(part.nice for part in parts),
        host=parts[0].host,
    )


def result(plan: LoadPlan, figures: ProcessFigures) -> LoadResult:
    """The result of a run, its assertions checked."""
    ended = figures.reads + figures.writes
    response = together((figures.read_response, figures.write_response))
    found = LoadResult(
        workload=plan.workload.name,
        run=plan.run,
        target_rps=plan.schedule.mean_rps,
        offered_rps=figures.fired / figures.duration_s,
        achieved_rps=figures.by_status.total() / max(figures.answered_s, figures.duration_s),
        duration_s=figures.duration_s,
        sent=ended.sent,
        ok=ended.ok,
        failed=ended.failed,
        unknown=ended.unknown,
        reads=figures.reads,
        writes=figures.writes,
        by_status=dict(figures.by_status),
        by_error=dict(figures.by_error),
        error_answers=figures.error_answers,
        response=Latency.of(response),
        read_response=Latency.of(figures.read_response),
        write_response=Latency.of(figures.write_response),
        service=Latency.of(figures.service),
        late_ms_p99=figures.late.percentile_ms(99),
        retries=plan.retries,
        attempts=figures.attempts,
        cpu_s=figures.cpu_s,
        processes=plan.processes,
        queued=figures.queued,
        retried=figures.retried,
        scarce=dict(figures.scarce),
        connections=figures.connections,
        short_of_files=figures.short_of_files,
        nice=figures.nice,
        reads_checked=figures.reads_checked,
        stale_reads=figures.stale_reads if figures.reads_checked else None,
        host=figures.host,
        histograms={
            "response": response.encoded(),
            "service": figures.service.encoded(),
        },
    )
    checked = tuple(
        Checked(expr=assertion.expr, ok=assertion.holds(found), counts=assertion.counts)
        for assertion in plan.assertions
    )
    return replace(found, assertions=checked)
