"""A run's result, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdctl.load.result import CPU_LIMIT, LATE_LIMIT_MS, LoadResult

if TYPE_CHECKING:
    from rich.console import Group

_DIFFER = 1.5
_DIFFER_MS = 5.0


def summary(result: LoadResult) -> Group:
    """Tables and sentences for a console, within 80 columns."""
    # here, because the load process imports this package and never draws
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    counts = Table.grid(padding=(0, 2))
    for name, value in _rows(result):
        counts.add_row(name, value)
    latency = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("ms", "p50", "p90", "p99", "p99.9", "max"):
        latency.add_column(heading, justify="left" if heading == "ms" else "right")
    for name, each in (("response", result.response), ("service", result.service)):
        figures = (each.p50, each.p90, each.p99, each.p999, each.max)
        latency.add_row(name, *("–" if value is None else f"{value:.1f}" for value in figures))
    checks = [f"{'✓' if each.ok else '✗'} {each.expr}" for each in result.assertions]
    sentences = [Text(text) for text in (*remarks(result), *checks)]
    return Group(counts, Text(), latency, *([Text(), *sentences] if sentences else []))


def remarks(result: LoadResult) -> list[str]:
    """What a reader should know before believing the figures; empty when nothing is special."""
    found = []
    if result.saturated:
        found.append(
            f"The generator could not keep its schedule ({_limit(result)}): the rate is too high "
            "for this machine, or the machine too busy. The figures are about that, not the system."
        )
    response, service = result.response.p99, result.service.p99
    if (
        not result.saturated
        and response is not None
        and service is not None
        and response > max(_DIFFER * service, service + _DIFFER_MS)
    ):
        found.append(
            "Response time is longer than service time, because requests had to wait before they "
            "could be sent: users would feel the response time."
        )
    if result.queued:
        found.append(f"{result.queued} requests waited because all connections were taken.")
    if result.unknown:
        found.append(
            f"{result.unknown} requests got no answer: the system may or may not have done them."
        )
    if result.stale_reads:
        found.append(f"{result.stale_reads} reads did not find an order acknowledged earlier.")
    return found


def _limit(result: LoadResult) -> str:
    if result.local_errors:
        return f"{result.local_errors} requests lacked a file or port"
    late = result.late_ms_p99
    if late is not None and late > LATE_LIMIT_MS:
        return f"1 % of sends were {late:.0f} ms late or more"
    return f"it used over {CPU_LIMIT:.0%} of a core"


def _rows(result: LoadResult) -> list[tuple[str, str]]:
    statuses = "  ".join(f"{status}: {result.by_status[status]}" for status in
                         sorted(result.by_status))  # fmt: skip
    errors = "  ".join(f"{error}: {count}" for error, count in sorted(result.by_error.items()))
    rows = [
        ("workload", f"{result.workload}, {result.duration_s:.1f} s (run {result.run})"),
        ("rps", f"target {result.target_rps:.1f}  offered {result.offered_rps:.1f}  "
                f"achieved {result.achieved_rps:.1f}"),
        ("requests", f"sent {result.sent}  ok {result.ok}  failed {result.failed}  "
                     f"unknown {result.unknown}"),
        ("statuses", statuses),
        ("errors", errors),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]
