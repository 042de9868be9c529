"""What a load run came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sdctl.judge import error_answers
from sdctl.judge.error_answers import ErrorAnswer
from sdctl.judge.outcome import NO_ANSWER
from sdctl.load.checked import Checked
from sdctl.load.latency import Latency
from sdctl.load.request_attempts import Attempts
from sdctl.load.request_counts import RequestCounts
from sdctl.load.validity import Limit, Strain, limit


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """One run's figures. ``sent = ok + failed + unknown``, of reads and writes together.

    ``failed``: an answer came and it was an error, or the request surely never left.
    ``unknown``: it left, and whether the system did it is not known: no answer came, or to a write
    one that leaves it open, such as 504 (see ``judge/outcome.py``).
    ``response`` runs from the scheduled moment, ``service`` from the send. Both cover every answer,
    whatever its status, and timeouts with the time waited: leaving those out would make a system
    look the better the worse it is. ``response`` of a request that was tried again ends with its
    last attempt; ``service`` is of each attempt.
    """

    workload: str
    run: str
    target_rps: float
    """The mean of the planned rate."""
    offered_rps: float
    """Requests fired over the duration."""
    achieved_rps: float
    """Answers of any status, until the last one came."""
    duration_s: float
    sent: int
    ok: int
    failed: int
    unknown: int
    by_status: Mapping[int, int]
    by_error: Mapping[str, int]
    response: Latency
    service: Latency
    late_ms_p99: float | None
    """How late the generator itself fired."""
    cpu_s: float
    error_answers: Counter[ErrorAnswer] = field(default_factory=Counter)
    """Answers of 400 and more, by who gave them and why."""
    read_response: Latency | None = None
    """Of ``response``, that of reads; ``write_response`` that of writes."""
    write_response: Latency | None = None
    reads: RequestCounts = field(default_factory=RequestCounts)
    writes: RequestCounts = field(default_factory=RequestCounts)
    scarce: Mapping[str, int] = field(default_factory=dict)
    """Requests this machine could not send, by what it lacked: ``files``, ``ports``, ``memory``."""
    retries: int = 0
    """How often each may be tried again (``--retries``)."""
    attempts: Attempts = field(default_factory=Attempts)
    """What trying again came to. All other counts are of requests, by how each ended."""
    retried: int = 0
    """Requests sent once more, because the server closed a kept connection as they came."""
    connections: int = 0
    """How many it may open."""
    short_of_files: bool = False
    """That is fewer than wanted, because of the limit on open files."""
    nice: int = 0
    """Its own priority; below 0 it goes before others."""
    processes: int = 1
    """How many sent it."""
    queued: int = 0
    """Requests that waited because every allowed connection was taken."""
    reads_checked: int = 0
    """Reads that had to show a write of the same client, acknowledged before they were sent."""
    stale_reads: int | None = None
    """Those that did not; None when no read was checked."""
    host: Mapping[str, float | None] | None = None
    """``cpu_idle`` and ``cpu_steal`` of the machine while it ran, shares from 0 to 1."""
    histograms: Mapping[str, str] = field(default_factory=dict, repr=False)
    """``response`` and ``service``: HdrHistogram's V2 compressed format, in microseconds."""
    assertions: tuple[Checked, ...] = field(default=())

    @property
    def limit(self) -> Limit | None:
        """Whose limit it was, if it was not the system's."""
        return limit(
            Strain(
                late_ms_p99=self.late_ms_p99,
                cpu_s=self.cpu_s,
                core_s=self.duration_s * self.processes,
                host=self.host or {},
                scarce=self.scarce,
                queued=self.queued,
                unsent=self.by_error.get("queue_timeout", 0),
                connections=self.connections,
                short_of_files=self.short_of_files,
            )
        )

    @property
    def saturated(self) -> bool:
        """The generator or its machine was the limit: latencies are about them, not the system."""
        return self.limit is not None

    @property
    def by_kind(self) -> Mapping[str, int]:
        """Requests by how they ended: ``2xx`` … ``5xx``, ``not_sent`` (surely never left), and
        ``no_answer`` (left, so the server may or may not have done it)."""
        kinds: Counter[str] = Counter()
        for status, count in sorted(self.by_status.items()):
            kinds[f"{status // 100}xx"] += count
        for error, count in self.by_error.items():
            kinds["no_answer" if error in NO_ANSWER else "not_sent"] += count
        return kinds

    @property
    def never_left(self) -> int:
        """Requests that surely never left; 0 where some were tried again: of those an earlier
        attempt may have left."""
        return 0 if self.attempts.again else self.by_kind.get("not_sent", 0)

    @property
    def bad(self) -> int:
        """Requests that failed or are unknown."""
        return self.failed + self.unknown

    @property
    def error_rate(self) -> float | None:
        """The share of requests that failed or stayed unknown; None when nothing was sent."""
        return self.bad / self.sent if self.sent else None

    @property
    def hopeless(self) -> bool:
        """Requests were sent, and not one of them was well answered."""
        return self.sent > 0 and self.ok == 0

    def to_json(self) -> dict[str, object]:
        """The value of ``sdctl load --json``: names end in their unit."""
        limit = self.limit
        return {
            "run": self.run,
            "workload": self.workload,
            "target_rps": round(self.target_rps, 1),
            "offered_rps": round(self.offered_rps, 1),
            "achieved_rps": round(self.achieved_rps, 1),
            "duration_s": round(self.duration_s, 3),
            "requests": {
                **{name: getattr(self, name) for name in ("sent", "ok", "failed", "unknown")},
                "retried": self.retried,
                "by_status": {str(key): self.by_status[key] for key in sorted(self.by_status)},
                "by_error": dict(sorted(self.by_error.items())),
                "by_kind": dict(self.by_kind),
                **(
                    {"error_answers": error_answers.to_json(self.error_answers)}
                    if self.error_answers
                    else {}
                ),
            },
            **(
                {"attempts": self.attempts.to_json(self.retries, sent=self.sent, bad=self.bad)}
                if self.retries
                else {}
            ),
            "reads": {
                **self.reads.to_json(),
                "checked": self.reads_checked,
                "stale": self.stale_reads,
                "response_ms": _latency_json(self.read_response),
            },
            "writes": {
                **self.writes.to_json(),
                "response_ms": _latency_json(self.write_response),
            },
            "latency_ms": {"response": self.response.to_json(), "service": self.service.to_json()},
            "generator": {
                "saturated": limit is not None,
                "limit": limit.whose if limit else None,
                "because": limit.because if limit else None,
                "nice": self.nice,
                "late_ms_p99": self.late_ms_p99,
                "cpu_s": round(self.cpu_s, 3),
                "processes": self.processes,
            },
            "host": None if self.host is None else dict(self.host),
            "assertions": [
                {"expr": assertion.expr, "ok": assertion.ok} for assertion in self.assertions
            ],
        }

    def to_file(self, series: Iterable[Mapping[str, object]]) -> dict[str, object]:
        """The value of ``--out``: also the ticks, and histograms to compare two runs by."""
        return {
            **self.to_json(),
            "histograms": {"unit": "us", "format": "HdrHistogram V2", **self.histograms},
            "series": list(series),
        }


def _latency_json(latency: Latency | None) -> dict[str, float | None] | None:
    return None if latency is None else latency.to_json()
