"""Latency: the percentiles of what was measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sdctl.load.histogram import Histogram


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Percentiles in milliseconds; None where nothing was measured."""

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    max: float | None

    @classmethod
    def of(cls, histogram: Histogram) -> Latency:
        """The percentiles of a histogram."""
        return cls(
            p50=histogram.percentile_ms(50),
            p90=histogram.percentile_ms(90),
            p95=histogram.percentile_ms(95),
            p99=histogram.percentile_ms(99),
            p999=histogram.percentile_ms(99.9),
            max=histogram.max_ms,
        )

    def to_json(self) -> dict[str, float | None]:
        """Percentiles in ms; None where nothing was answered."""
        return asdict(self)
