"""A run's result, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sdctl.judge.outcome import NO_ANSWER
from sdctl.load.latency import Latency
from sdctl.load.request_counts import RequestCounts
from sdctl.load.result import LoadResult
from sdctl.load.validity import IDLE_LEAST, STEAL_MOST

if TYPE_CHECKING:
    from rich.console import Group

_DIFFER = 1.5
_DIFFER_MS = 5.0


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
    marks = {True: "✓", False: "✗", None: "? (not measured)"}
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


def remarks(result: LoadResult, *, error: str = "") -> list[str]:
    """What a reader should know before believing the figures; empty when nothing is special.
    ``error``: what is said anyway."""
    found = []
    if (limit := result.limit) is not None:
        said = str(limit)
        why = "" if said == error else f"{said[0].upper()}{said[1:]}. "
        found.append(f"{why}The counts of requests are true all the same.")
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
            if not result.attempts.again
            else "Response time is longer than service time, because it also holds earlier "
            "attempts and the pauses between them: users would feel the response time."
        )
    if result.queued and (limit is None or limit.whose != "files"):
        found.append(
            f"{result.queued} requests waited because all connections were taken "
            f"({result.connections})."
        )
    if result.retried:
        found.append(
            f"{result.retried} requests were sent once more: the server closed a kept connection "
            "as they came, and had not answered a byte. Their times run from the first send."
        )
    if result.retries:
        found.append(_hidden(result))
    if result.unknown:
        found.append(_unknown(result))
    if result.stale_reads:
        found.append(
            f"{result.stale_reads} of {result.reads_checked} reads were stale: they did not show "
            "an order that the same client had been promised before."
        )
    if limit is None or limit.whose != "machine":
        found.extend(_of_host(result.host or {}))
    return found


def next_step(result: LoadResult, *, own: bool) -> str:
    """What a reader does next, in one sentence or two. ``own``: it went to a stack of sdctl's."""
    page = f"Next: `sdctl report {result.run}` shows it second by second."
    if result.hopeless or result.limit is not None:
        return page
    if result.bad and not result.retries:
        return f"{page} With --retries 2 you see how many failures a second attempt hides."
    if own:
        return (
            f"{page} `sdctl chaos kill-leader` sends such a load, and breaks something meanwhile."
        )
    return page


def _hidden(result: LoadResult) -> str:
    """What nobody would see who looks only at how requests ended."""
    attempts = result.attempts
    if not attempts.again:
        return "No request had to be tried again, so the retries hid nothing."
    first, sent = result.bad + attempts.rescued, result.sent
    return (
        f"Retries hid failures: {first} requests ({first / sent:.1%}) were not answered well at "
        f"their first attempt, {result.bad} ({result.bad / sent:.1%}) after the last. For that, "
        f"the system got {attempts.again / sent:.1%} more requests."
    )


def _attempts(result: LoadResult) -> str:
    attempts = result.attempts
    if not attempts.again:
        return ""
    return (
        f"{result.sent + attempts.again}  tried again {attempts.requests} requests, "
        f"of which {attempts.rescued} ended well"
    )


def _unknown(result: LoadResult) -> str:
    silent = result.by_kind.get("no_answer", 0)
    said = []
    if silent:
        said.append(f"{silent} got no answer")
    if result.unknown > silent:
        what = "had an answer or an earlier attempt" if result.attempts.again else "got an answer"
        said.append(f"{result.unknown - silent} writes {what} that does not tell")
    return (
        f"{result.unknown} requests are unknown, the system may or may not have done them: "
        f"{', '.join(said)}."
    )


def _of_host(host: Mapping[str, float | None]) -> list[str]:
    """Whether the machine itself may have made the figures."""
    idle, steal = host.get("cpu_idle"), host.get("cpu_steal")
    found = []
    if idle is not None and idle < IDLE_LEAST:
        found.append(
            f"The machine's CPU was {1 - idle:.0%} busy: load and system took it from each other."
        )
    if steal is not None and steal > STEAL_MOST:
        found.append(f"The hypervisor took {steal:.0%} of the CPU away: the figures are its too.")
    return found


def _rows(result: LoadResult) -> list[tuple[str, str]]:
    statuses = _counts(result.by_status)
    not_sent = _counts({error: n for error, n in result.by_error.items() if error not in NO_ANSWER})
    no_answer = _counts({error: n for error, n in result.by_error.items() if error in NO_ANSWER})
    checked = f"  checked {result.reads_checked}  stale {result.stale_reads}"
    rows = [
        ("workload", f"{result.workload}, {result.duration_s:.1f} s (run {result.run})"),
        ("rps", f"target {result.target_rps:.1f}  offered {result.offered_rps:.1f}  "
                f"achieved {result.achieved_rps:.1f}"),
        ("requests", f"sent {result.sent}  ok {result.ok}  failed {result.failed}  "
                     f"unknown {result.unknown}"),
        ("attempts", _attempts(result)),
        ("hidden", _counts(result.attempts.hidden)),
        ("reads", _ended(result.reads) + (checked if result.reads_checked else "")),
        ("writes", _ended(result.writes)),
        ("statuses", statuses),
        ("error answers", _errors(result)),
        ("not sent", not_sent),
        ("no answer", f"{no_answer}  (unknown)" if no_answer else ""),
        ("generator", _generator(result)),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


_MOST = 5


def _errors(result: LoadResult) -> str:
    """A line for each kind, most often first."""
    found = result.error_answers.most_common()
    lines = [f"{number} × {answer}" for answer, number in found[:_MOST]]
    if rest := sum(number for _, number in found[_MOST:]):
        lines.append(f"{rest} for other reasons: all are on the run's page")
    return "\n".join(lines)


def _ended(counts: RequestCounts) -> str:
    return (
        f"ok {counts.ok}  failed {counts.failed}  unknown {counts.unknown}" if counts.sent else ""
    )


def _counts(found: Mapping[Any, int]) -> str:
    return "  ".join(f"{name}: {found[name]}" for name in sorted(found))


def _generator(result: LoadResult) -> str:
    """What it took to send this, and what the machine had left."""
    host = result.host or {}
    shares = {"idle": host.get("cpu_idle"), "steal": host.get("cpu_steal")}
    processes = "1 process" if result.processes == 1 else f"{result.processes} processes"
    used = f"{processes}, {result.cpu_s / max(result.duration_s, 1e-9):.0%} of a core"
    first = f", with priority over other processes (nice {result.nice})" if result.nice < 0 else ""
    late = "" if result.late_ms_p99 is None else f", p99 {result.late_ms_p99:.1f} ms late"
    seen = [f"{name} {value:.0%}" for name, value in shares.items() if value is not None]
    return f"{used}{late}{first}" + (f"; machine {', '.join(seen)}" if seen else "")
