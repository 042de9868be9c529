"""What a load run is to do."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sdctl.load import address, headers
from sdctl.load.address import Address
from sdctl.load.assertions import Assertion
from sdctl.load.schedule import Schedule
from sdctl.workloads.workload import Request, Workload

ONE_PROCESS_RPS = 15_000.0
"""What one process keeps with a margin beside a busy system; its own limit is in bench/README.md.
"""

MOST_PROCESSES = 64
MOST_CONNECTIONS = 2_000
MOST_RETRIES = 10


def processes_for(peak_rps: float, cores: int) -> int:
    """How many load processes a rate needs: one as long as that suffices, because the system under
    test may need the other cores, and no more than there are cores."""
    return max(1, min(cores, math.ceil(peak_rps / ONE_PROCESS_RPS)))


def new_run_id() -> str:
    """A short random id, the first part of every key a run writes."""
    return secrets.token_hex(4)


@dataclass(frozen=True, kw_only=True)
class LoadPlan:
    """One run: where to, what, when. Raises ``ValueError`` naming every problem."""

    base_url: str = field(repr=False)
    """Plain HTTP, such as ``http://host:8080``; a path is put before every request's."""
    schedule: Schedule
    workload: Workload
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every request, such as ``X-API-Key``; kept out of the plan's text."""
    run: str = field(default_factory=new_run_id)
    seed: int = 0
    timeout_s: float = 10.0
    """From the send until a request is given up; its outcome is then unknown."""
    max_connections: int = MOST_CONNECTIONS
    """Of all processes together."""
    processes: int = 1
    """How many send it; process ``i`` takes every ``processes``-th request of the one schedule."""
    tick_s: float = 1.0
    assertions: tuple[Assertion, ...] = ()
    retries: int = 0
    """How often a request that was not answered well is tried again, if it may be."""

    def __post_init__(self) -> None:
        problems = []
        try:
            _ = self.address
        except ValueError as error:
            problems.append(str(error))
        problems.extend(headers.problems_of(self.headers))
        if self.timeout_s <= 0:
            problems.append("timeout must be above 0")
        if self.tick_s <= 0:
            problems.append("tick must be above 0")
        if not 0 <= self.retries <= MOST_RETRIES:
            problems.append(f"retries are 0 to {MOST_RETRIES}, not {self.retries}")
        if self.processes < 1:
            problems.append("a load needs at least one process")
        elif self.processes > MOST_PROCESSES:
            problems.append(f"a load has at most {MOST_PROCESSES} processes: one a core suffices")
        elif self.max_connections < self.processes:
            problems.append("a load needs at least one connection for each process")
        if not self.run or not self.run.replace("-", "").isalnum():
            problems.append(f"a run id is letters, digits and dashes, not {self.run!r}")
        if problems:
            raise ValueError("; ".join(problems))

    @cached_property
    def address(self) -> Address:
        """Where to. Its text is fit to be shown."""
        return address.parse(self.base_url)


class Encoder:
    """Turns requests into bytes; what all requests of a run share is put together once."""

    def __init__(self, plan: LoadPlan) -> None:
        where = plan.address
        ours = {"Host": where.authority, "User-Agent": "sdctl"}
        if where.login:
            ours["Authorization"] = where.login
        lines = headers.merged(ours, plan.headers)
        self._prefix = where.path.rstrip("/").encode()
        query = f"?{where.query}" if where.query else ""
        self._address = f"{where.path or '/'}{query}".encode()
        # what a shell gave in another encoding goes out as it came in
        shared = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._tail = b" HTTP/1.1\r\n" + shared.encode(errors="surrogateescape")
        self._last: Request | None = None
        self._encoded = b""

    def __call__(self, request: Request) -> bytes:
        """The request as it goes over the wire."""
        if request is self._last:
            return self._encoded
        method, path, kind, _, headers, body = request[:6]
        if body or kind == "write":
            headers = b"%bContent-Length: %d\r\n" % (headers, len(body))
        target = self._prefix + path if path else self._address
        self._last = request
        self._encoded = b"%b %b%b%b\r\n%b" % (method, target, self._tail, headers, body)
        return self._encoded
