"""A run's result, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sdctl.load.outcome import NO_ANSWER
from sdctl.load.result import CPU_LIMIT, LATE_LIMIT_MS, LoadResult

if TYPE_CHECKING:
    from rich.console import Group

_IDLE_LEAST = 0.05
_STEAL_MOST = 0.05
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
        found.append(
            f"{result.stale_reads} of {result.reads_checked} reads were stale: they did not show "
            "an order that the same client had been promised before."
        )
    found.extend(_of_host(result.host or {}))
    return found


def _of_host(host: Mapping[str, float | None]) -> list[str]:
    """Whether the machine itself may have made the figures."""
    idle, steal = host.get("cpu_idle"), host.get("cpu_steal")
    found = []
    if idle is not None and idle < _IDLE_LEAST:
        found.append(
            f"The machine's CPU was {1 - idle:.0%} busy: load and system took it from each other."
        )
    if steal is not None and steal > _STEAL_MOST:
        found.append(f"The hypervisor took {steal:.0%} of the CPU away: the figures are its too.")
    return found


def _limit(result: LoadResult) -> str:
    if result.local_errors:
        return f"{result.local_errors} requests lacked a file or port"
    late = result.late_ms_p99
    if late is not None and late > LATE_LIMIT_MS:
        return f"1 % of sends were {late:.0f} ms late or more"
    return f"it used over {CPU_LIMIT:.0%} of a core"


def _rows(result: LoadResult) -> list[tuple[str, str]]:
    statuses = _counts(result.by_status)
    not_sent = _counts({error: n for error, n in result.by_error.items() if error not in NO_ANSWER})
    no_answer = _counts({error: n for error, n in result.by_error.items() if error in NO_ANSWER})
    reads = f"checked {result.reads_checked}  stale {result.stale_reads}"
    rows = [
        ("workload", f"{result.workload}, {result.duration_s:.1f} s (run {result.run})"),
        ("rps", f"target {result.target_rps:.1f}  offered {result.offered_rps:.1f}  "
                f"achieved {result.achieved_rps:.1f}"),
        ("requests", f"sent {result.sent}  ok {result.ok}  failed {result.failed}  "
                     f"unknown {result.unknown}"),
        ("statuses", statuses),
        ("not sent", not_sent),
        ("no answer", f"{no_answer}  (unknown)" if no_answer else ""),
        ("reads", reads if result.reads_checked else ""),
        ("generator", _generator(result)),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _counts(found: Mapping[Any, int]) -> str:
    return "  ".join(f"{name}: {found[name]}" for name in sorted(found))


def _generator(result: LoadResult) -> str:
    """What it took to send this, and what the machine had left."""
    host = result.host or {}
    shares = {"idle": host.get("cpu_idle"), "steal": host.get("cpu_steal")}
    processes = "1 process" if result.processes == 1 else f"{result.processes} processes"
    used = f"{processes}, {result.cpu_s / max(result.duration_s, 1e-9):.0%} of a core"
    late = "" if result.late_ms_p99 is None else f", p99 {result.late_ms_p99:.1f} ms late"
    seen = [f"{name} {value:.0%}" for name, value in shares.items() if value is not None]
    return f"{used}{late}" + (f"; machine {', '.join(seen)}" if seen else "")
