"""From what a user asks for to a load plan, and which load of a stack runs right now."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdctl.foundation import files
from sdctl.foundation.arguments import parse
from sdctl.foundation.errors import UsageError, no_such
from sdctl.foundation.units import duration, format_size
from sdctl.judge.ledger import LedgerFile, Write
from sdctl.judge.runs import RunFolder
from sdctl.load import assertions, headers, schedule
from sdctl.load.limits import files_missing
from sdctl.load.plan import LoadPlan, processes_for
from sdctl.load.result import LoadResult
from sdctl.load.runner import LoadRunner
from sdctl.state.stack import Stack
from sdctl.workloads.get import Get
from sdctl.workloads.workload import Workload, all_workloads

_USUAL_S = 30.0
_LONGEST_BODY = 16 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A load as it stands on the command line."""

    rps: float
    duration: str | None = None
    """None: 30 s, or to the end of the ramp."""
    workload: str = "mixed"
    method: str | None = None
    body: str | None = None
    """The text itself, or ``@FILE``."""
    processes: int | None = None
    """None: as many as the rate needs."""
    ramp: str | None = None
    assertions: tuple[str, ...] = ()
    seed: int = 0


def no_gateway() -> UsageError:
    """The error for a stack without a way in."""
    return UsageError(
        "the stack has no gateway to send load to", hint="Put gateway into the profile's tiers."
    )


def make_plan(wish: Wish, url: str, sent: Mapping[str, str]) -> LoadPlan:
    """The plan of a wish; ``sent`` are headers of every request.

    Raises ``UsageError`` or ``NoSuchTarget``; sends nothing.
    """
    known = all_workloads()
    if wish.workload not in known:
        raise no_such("workload", wish.workload, known)
    seconds = None if wish.duration is None else parse("--duration", duration, wish.duration)
    workload = _request(wish) or known[wish.workload]()
    if missing := files_missing():
        raise UsageError(missing, hint="Raise it: `ulimit -n 1024`, as root if need be.")
    checks = tuple(parse("--assert", assertions.parse, each) for each in wish.assertions)
    try:
        rates = (
            schedule.constant(wish.rps, _USUAL_S if seconds is None else seconds)
            if wish.ramp is None
            else schedule.ramp(wish.ramp, seconds)
        )
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        processes = wish.processes
        if processes is None:
            processes = processes_for(rates.peak_rps, cores or 1)
        return LoadPlan(
            base_url=url,
            headers=sent,
            schedule=rates,
            processes=processes,
            workload=workload,
            seed=wish.seed,
            assertions=checks,
        )
    except ValueError as error:
        raise UsageError(str(error), hint="Nothing was sent.") from None


def _request(wish: Wish) -> Workload | None:
    """The one request that is asked for in so many words; None: a workload by its name."""
    if wish.method is None and wish.body is None:
        return None
    if wish.workload != Get.name:
        raise UsageError(
            f"--method and --body are for --url alone, not for the workload {wish.workload!r}",
            hint="Leave --workload out, or leave them out.",
        )
    body = b"" if wish.body is None else _body(wish.body)
    usual = "GET" if wish.body is None else "POST"
    return Get(method=parse("--method", headers.method, wish.method or usual), body=body)


def _body(text: str) -> bytes:
    if not text.startswith("@"):
        return text.encode(errors="surrogateescape")
    try:
        with Path(text[1:]).open("rb") as file:
            body = file.read(_LONGEST_BODY + 1)
        if len(body) > _LONGEST_BODY:
            raise ValueError(f"it is longer than {format_size(_LONGEST_BODY)}")
        return body
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--body: {text[1:]!r} cannot be read: {getattr(error, 'strerror', None) or error}",
            hint="Nothing was sent. Write @ and the path of a file, or the text itself.",
        ) from None


class OwnLoad:
    """A load that was started for a fault and ends with it."""

    def __init__(self, runner: LoadRunner, folder: RunFolder) -> None:
        self.run = folder.run
        self._folder = folder
        self._runner = runner

    def writes(self) -> list[Write]:
        """What is known by the last tick."""
        return list(self._runner.ledger)

    def reads(self) -> list[dict[str, Any]]:
        """The load's ticks so far, which count its reads."""
        return list(self._folder.series())

    def stop(self) -> LoadResult | None:
        """End it and wait for its result."""
        self._runner.stop()
        result = self._runner.result(timeout_s=30)
        self._runner.ledger.close()
        self._folder.write("result", result.to_json())
        return result


class OtherLoad:
    """A load that another sdctl sends; its ledger is read as it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ledger = LedgerFile(path)
        self.run = self._ledger.run

    def writes(self) -> list[Write]:
        """Every whole line so far."""
        return self._ledger.writes()

    def reads(self) -> list[dict[str, Any]]:
        """The load's ticks so far, which count its reads."""
        return list(RunFolder(self._path.parent).series())

    def stop(self) -> LoadResult | None:
        """Not ours to end, so its result is not known."""
        return None


@contextmanager
def announced(stack: Stack, ledger: Path) -> Iterator[None]:
    """While a load runs, a fault can find it: the file names its process and its ledger."""
    path = stack.history / "load.json"
    files.write_whole(path, json.dumps({"pid": os.getpid(), "ledger": str(ledger)}) + "\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running(stack: Stack) -> OtherLoad | None:
    """The load that another sdctl sends to this stack now, if there is one."""
    path = stack.history / "load.json"
    try:
        raw = files.read_object(path)
        os.kill(raw["pid"], 0)
        return OtherLoad(Path(raw["ledger"]))
    except (OSError, files.Damaged, ValueError, LookupError, TypeError, OverflowError):
        return None  # none, or its process is gone
