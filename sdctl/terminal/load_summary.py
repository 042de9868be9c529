"""A run's result, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sdctl.judge.outcome import NO_ANSWER, WORDS
from sdctl.load.latency import Latency
from sdctl.load.request_counts import RequestCounts
from sdctl.load.result import LoadResult
from sdctl.terminal.load_remarks import remarks

if TYPE_CHECKING:
    from rich.console import Group


def summary(result: LoadResult, *, error: str = "") -> Group:
    """Tables and sentences for a console, within 80 columns. ``error``: what is said of the result
    right below, so that it is not said twice."""
    # here, because the load process imports this package and never draws
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from sdctl.terminal.prose import Prose

    counts = Table.grid(padding=(0, 2))
    for name, value in _rows(result):
        counts.add_row(name, Prose(value))
    latencies = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("ms", "p50", "p90", "p95", "p99", "p99.9", "max"):
        latencies.add_column(heading, justify="left" if heading == "ms" else "right")
    for name, latency in _latencies(result):
        figures = (latency.p50, latency.p90, latency.p95, latency.p99, latency.p999, latency.max)
        latencies.add_row(name, *("–" if value is None else f"{value:.1f}" for value in figures))
    unjudged = "not measured" if result.limit is None else "times do not count"
    marks = {True: "✓", False: "✗", None: f"? ({unjudged})"}
    checks = [f"{marks[assertion.ok]} {assertion.expr}" for assertion in result.assertions]
    told = [*remarks(result, error=error), *checks]
    sentences = [Prose(text) for text in ("", *told)] if told else []
    return Group(counts, Text(), latencies, *sentences)


def _latencies(result: LoadResult) -> Iterator[tuple[str, Latency]]:
    yield "response", result.response
    if result.reads.sent and result.writes.sent and result.read_response and result.write_response:
        yield "  reads", result.read_response
        yield "  writes", result.write_response
    yield "service", result.service


def _attempts(result: LoadResult) -> str:
    attempts = result.attempts
    if not attempts.again:
        return ""
    return (
        f"{result.sent + attempts.again:,}  tried again {attempts.requests:,} requests, "
        f"of which {attempts.rescued:,} ended well"
    )


def _rows(result: LoadResult) -> list[tuple[str, str]]:
    statuses = _counts(result.by_status)
    checked = f"  checked {result.reads_checked:,}  stale {result.stale_reads or 0:,}"
    rows = [
        ("workload", f"{result.workload}, {result.duration_s:.1f} s (run {result.run})"),
        ("rps", f"target {result.target_rps:.1f}  offered {result.offered_rps:.1f}  "
                f"achieved {result.achieved_rps:.1f}"),
        ("requests", f"{_sent(result)}  {_ended(result)}"),
        ("attempts", _attempts(result)),
        ("hidden", _counts(_in_words(result.attempts.hidden))),
        ("reads", _of_kind(result.reads) + (checked if result.reads_checked else "")),
        ("writes", _of_kind(result.writes)),
        ("statuses", statuses),
        ("error answers", _errors(result)),
        ("not sent", _reasons(result, sent=False)),
        ("no answer", _reasons(result, sent=True)),
        ("generator", _generator(result)),
        ("this machine", _machine(result)),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


_MOST = 5


def _errors(result: LoadResult) -> str:
    """A line for each kind, most often first."""
    found = result.error_answers.most_common()
    lines = [f"{number:,} × {answer}" for answer, number in found[:_MOST]]
    if rest := sum(number for _, number in found[_MOST:]):
        lines.append(f"{rest:,} for other reasons: all are on the run's page")
    return "\n".join(lines)


def _in_words(found: Mapping[str, int]) -> dict[str, int]:
    return {WORDS.get(name, name): number for name, number in found.items()}


def _reasons(result: LoadResult, *, sent: bool) -> str:
    """A line for each, most often first: why no answer came to requests that were sent, which are
    unknown, or why the others were not sent."""
    of_these = Counter({e: n for e, n in result.by_error.items() if (e in NO_ANSWER) == sent})
    last = "" if result.never_left else "  (at their last attempt)"
    end = "  (unknown)" if sent else last
    return "\n".join(f"{n:,} × {WORDS.get(e, e)}{end}" for e, n in of_these.most_common())


def _sent(result: LoadResult) -> str:
    """How many left; where some did not, first how many were due."""
    due = f"due {result.sent:,}  " if result.never_left else ""
    return f"{due}sent {result.sent - result.never_left:,}"


def _ended(counts: RequestCounts | LoadResult) -> str:
    return f"ok {counts.ok:,}  failed {counts.failed:,}  unknown {counts.unknown:,}"


def _of_kind(counts: RequestCounts) -> str:
    return _ended(counts) if counts.sent else ""


def _counts(found: Mapping[Any, int]) -> str:
    return "  ".join(f"{name}: {found[name]:,}" for name in sorted(found))


def _generator(result: LoadResult) -> str:
    """What it took to send this."""
    processes = "1 process" if result.processes == 1 else f"{result.processes} processes"
    used = f"{processes}, {result.cpu_s / max(result.duration_s, 1e-9):.0%} of a core"
    first = f", with priority over other processes (nice {result.nice})" if result.nice < 0 else ""
    late = "" if result.late_ms_p99 is None else f", p99 {result.late_ms_p99:.1f} ms late"
    return f"{used}{late}{first}"


def _machine(result: LoadResult) -> str:
    """What the machine had left meanwhile."""
    host = result.host or {}
    shares = {"idle": host.get("cpu_idle"), "stolen": host.get("cpu_steal")}
    seen = [f"{name} {value:.0%}" for name, value in shares.items() if value is not None]
    return f"CPU {', '.join(seen)}" if seen else ""
