"""What a reader should know of a run's figures, and what to do next."""

from __future__ import annotations

from sdctl.load.result import LoadResult
from sdctl.load.validity import IDLE_LEAST, OWN_LEAST, STEAL_MOST

_DIFFER = 1.5
_DIFFER_MS = 5.0


def remarks(result: LoadResult, *, error: str = "") -> list[str]:
    """What a reader should know before believing the figures; empty when nothing is special.
    ``error``: what is said anyway."""
    found = []
    if (limit := result.limit) is not None:
        said = str(limit)
        found.append(
            "The counts of requests are right. The times are not, for the reason below."
            if said == error
            else f"{said[0].upper()}{said[1:]}. The counts of requests are right."
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
        found.extend(_of_host(result))
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


def _of_host(result: LoadResult) -> list[str]:
    """Whether the machine itself may have made the figures."""
    host = result.host or {}
    idle, steal = host.get("cpu_idle"), host.get("cpu_steal")
    found = []
    if idle is not None and idle < IDLE_LEAST:
        own = result.cpu_s / max(result.duration_s * result.processes, 1e-9)
        whose = (
            "load and system took it from each other"
            if own >= OWN_LEAST
            else f"others held it, as the load used {own:.0%} of a core"
        )
        found.append(f"The machine's CPU was {1 - idle:.0%} busy: {whose}.")
    if steal is not None and steal > STEAL_MOST:
        found.append(
            f"The hypervisor took {steal:.0%} of the CPU away, so times are partly about it."
        )
    return found
