"""From what a user asks for to a load plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sdctl.foundation.arguments import parse
from sdctl.foundation.errors import UsageError, no_such
from sdctl.foundation.files import bytes_of
from sdctl.foundation.own_processors import processors
from sdctl.foundation.units import time_limit
from sdctl.load import assertions, headers, schedule
from sdctl.load.limits import files_missing
from sdctl.load.plan import MOST_CONNECTIONS, LoadPlan, processes_for
from sdctl.workloads.get import Get
from sdctl.workloads.workload import Workload, all_workloads

_USUAL = "mixed"
_USUAL_S = 30.0
_LONGEST_BODY = 16 * 1024**2


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """A load as it stands on the command line."""

    rps: float
    duration: str | None = None
    """None: 30 s, or to the end of the ramp."""
    workload: str | None = None
    """None: the usual one, which is ``mixed`` where nobody says otherwise."""
    method: str | None = None
    body: str | None = None
    """The text itself, or ``@FILE``."""
    processes: int | None = None
    """None: as many as the rate needs."""
    ramp: str | None = None
    assertions: tuple[str, ...] = ()
    seed: int = 0
    retries: int = 0
    connections: int | None = None
    """At most so many; None: as many as it takes."""


def make_plan(options: LoadOptions, url: str, sent: Mapping[str, str]) -> LoadPlan:
    """The plan for these options; ``sent`` are headers of every request.

    Raises ``UsageError`` or ``NoSuchTarget``; sends nothing.
    """
    known = all_workloads()
    name = options.workload or _USUAL
    if name not in known:
        raise no_such("workload", name, known)
    seconds = None if options.duration is None else parse("--duration", _lasting, options.duration)
    workload = _request(options) or known[name]()
    if options.retries and isinstance(workload, Get) and not workload.repeatable:
        raise UsageError(
            f"--retries: a {workload.method} that is sent again may be done twice",
            hint="Leave out --retries, or choose a --method of which twice is as good as once: "
            "GET, HEAD, PUT, DELETE, OPTIONS, TRACE.",
        )
    if missing := files_missing():
        raise UsageError(missing, hint="Raise the limit: `ulimit -n 1024`, if necessary as root.")
    checks = tuple(
        parse("--assert", assertions.parse, assertion) for assertion in options.assertions
    )
    if options.ramp is None:
        lasts_s = _USUAL_S if seconds is None else seconds
        rates = parse("--rps", lambda rps: schedule.constant(rps, lasts_s), options.rps)
    else:
        rates = parse("--ramp", lambda text: schedule.ramp(text, seconds), options.ramp)
    try:
        processes = options.processes
        if processes is None:
            processes = processes_for(rates.peak_rps, processors())
        return LoadPlan(
            base_url=url,
            headers=sent,
            schedule=rates,
            processes=processes,
            workload=workload,
            seed=options.seed,
            assertions=checks,
            retries=options.retries,
            max_connections=options.connections or MOST_CONNECTIONS,
        )
    except ValueError as error:
        raise UsageError(str(error), hint="Nothing was sent.") from None


def _lasting(text: str) -> float:
    seconds = time_limit(text)
    if seconds > schedule.MOST_S:
        raise ValueError(schedule.TOO_LONG)
    return seconds


def _request(options: LoadOptions) -> Workload | None:
    """The one request that is asked for in so many words; None: a workload by its name."""
    if options.method is None and options.body is None:
        return None
    if options.workload != Get.name:
        raise UsageError(
            f"--method and --body work only with --url, not with the workload {options.workload!r}",
            hint="Leave out --workload, or leave out these two.",
        )
    body = b"" if options.body is None else body_of(options.body)
    usual = "GET" if options.body is None else "POST"
    return Get(method=parse("--method", headers.method, options.method or usual), body=body)


def body_of(text: str) -> bytes:
    """What ``--body`` says: the text itself, or the file whose path stands after ``@``. Raises
    ``UsageError``."""
    if not text.startswith("@"):
        return text.encode(errors="surrogateescape")
    try:
        return bytes_of(Path(text[1:]), most=_LONGEST_BODY)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--body: {text[1:]!r} cannot be read: {getattr(error, 'strerror', None) or error}",
            hint="Nothing was sent. Write @ and the path of a file, or the text itself.",
        ) from None
