"""What a load run came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sdctl.load.histogram import Histogram
from sdctl.load.outcome import NO_ANSWER

LATE_LIMIT_MS = 20.0
CPU_LIMIT = 0.9


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Percentiles in milliseconds; None where nothing was measured."""

    p50: float | None
    p90: float | None
    p99: float | None
    p999: float | None
    max: float | None

    @classmethod
    def of(cls, histogram: Histogram) -> Latency:
        """The percentiles of a histogram."""
        return cls(
            p50=histogram.percentile_ms(50),
            p90=histogram.percentile_ms(90),
            p99=histogram.percentile_ms(99),
            p999=histogram.percentile_ms(99.9),
            max=histogram.max_ms,
        )

    def to_json(self) -> dict[str, float | None]:
        """Percentiles in ms; None where nothing was answered."""
        return {"p50": self.p50, "p90": self.p90, "p99": self.p99, "p999": self.p999,
                "max": self.max}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Checked:
    """An assertion as the user wrote it, and whether it held."""

    expr: str
    ok: bool


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """One run's figures. ``sent = ok + failed + unknown``.

    ``failed``: an answer came and it was an error, or the request surely never left.
    ``unknown``: it left and no answer came. (A write's outcome in the ledger is stricter: an answer
    such as 504 is a failed request whose write is unknown; see ``load.outcome``.)
    ``response`` runs from the scheduled moment, ``service`` from the send. Both cover every answer,
    whatever its status, and timeouts with the time waited: leaving those out would make a system
    look the better the worse it is.
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
    local_errors: int = 0
    """Requests this machine could not send, for want of files or ports."""
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
    def saturated(self) -> bool:
        """The generator was the limit, so the figures are about it and not about the system."""
        late = self.late_ms_p99 is not None and self.late_ms_p99 > LATE_LIMIT_MS
        busy = self.cpu_s > CPU_LIMIT * self.duration_s * self.processes
        return late or busy or self.local_errors > 0

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
    def error_rate(self) -> float | None:
        """The share of requests that failed or stayed unknown; None when nothing was sent."""
        return (self.failed + self.unknown) / self.sent if self.sent else None

    @property
    def passed(self) -> bool:
        """Whether every assertion held."""
        return all(each.ok for each in self.assertions)

    def requests_json(self) -> dict[str, object]:
        """The counts alone, as a verdict carries them."""
        return {"sent": self.sent, "ok": self.ok, "failed": self.failed, "unknown": self.unknown}

    def to_json(self) -> dict[str, object]:
        """The value of ``sdctl load --json``: names end in their unit."""
        return {
            "workload": self.workload,
            "target_rps": round(self.target_rps, 1),
            "offered_rps": round(self.offered_rps, 1),
            "achieved_rps": round(self.achieved_rps, 1),
            "duration_s": round(self.duration_s, 3),
            "requests": {
                **self.requests_json(),
                "by_status": {str(key): self.by_status[key] for key in sorted(self.by_status)},
                "by_error": dict(sorted(self.by_error.items())),
                "by_kind": dict(self.by_kind),
            },
            "reads": {"checked": self.reads_checked, "stale": self.stale_reads},
            "latency_ms": {"response": self.response.to_json(), "service": self.service.to_json()},
            "generator": {
                "saturated": self.saturated,
                "late_ms_p99": self.late_ms_p99,
                "cpu_s": round(self.cpu_s, 3),
                "processes": self.processes,
            },
            "host": None if self.host is None else dict(self.host),
            "assertions": [{"expr": each.expr, "ok": each.ok} for each in self.assertions],
        }

    def to_file(self, series: Iterable[Mapping[str, object]]) -> dict[str, object]:
        """The value of ``--out``: also the ticks, and histograms to compare two runs by."""
        return {
            "run": self.run,
            **self.to_json(),
            "histograms": {"unit": "us", "format": "HdrHistogram V2", **self.histograms},
            "series": list(series),
        }
