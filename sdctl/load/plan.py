"""What a load run is to do."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sdctl.load.assertions import Assertion
from sdctl.load.schedule import Schedule
from sdctl.workloads.workload import Request, Workload

ONE_PROCESS_RPS = 15_000.0
"""What one process keeps with a margin beside a busy system; its own limit is in bench/README.md.
"""


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

    base_url: str
    """Plain HTTP, such as ``http://127.0.0.1:8080``; a path is put before every request's."""
    schedule: Schedule
    workload: Workload
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every request, such as ``X-API-Key``; kept out of the plan's text."""
    run: str = field(default_factory=new_run_id)
    seed: int = 0
    timeout_s: float = 10.0
    """From the send until a request is given up; its outcome is then unknown."""
    max_connections: int = 2_000
    """Of all processes together."""
    processes: int = 1
    """How many send it; process ``i`` takes every ``processes``-th request of the one schedule."""
    tick_s: float = 1.0
    assertions: tuple[Assertion, ...] = ()

    def __post_init__(self) -> None:
        problems = []
        try:
            if urlsplit(self.base_url).scheme == "https":
                problems.append(
                    f"{self.base_url!r}: TLS is not spoken here, so that its cost is in no figure; "
                    "give the plain HTTP address behind it"
                )
            elif urlsplit(self.base_url).scheme != "http" or not urlsplit(self.base_url).hostname:
                problems.append(f"not a plain HTTP address: {self.base_url!r}")
            _ = urlsplit(self.base_url).port
        except ValueError as error:
            problems.append(f"not an address: {self.base_url!r} ({error})")
        if any("\r" in text or "\n" in text for pair in self.headers.items() for text in pair):
            problems.append("a header is one line")
        if self.timeout_s <= 0:
            problems.append("timeout must be above 0")
        if self.tick_s <= 0:
            problems.append("tick must be above 0")
        if self.processes < 1:
            problems.append("a load needs at least one process")
        elif self.max_connections < self.processes:
            problems.append("a load needs at least one connection for each process")
        if not self.run or not self.run.replace("-", "").isalnum():
            problems.append(f"a run id is letters, digits and dashes, not {self.run!r}")
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def host(self) -> str:
        """The host to connect to."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def port(self) -> int:
        """The port to connect to."""
        return urlsplit(self.base_url).port or 80


class Encoder:
    """Turns requests into bytes; what all requests of a run share is put together once."""

    def __init__(self, plan: LoadPlan) -> None:
        parts = urlsplit(plan.base_url)
        lines = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "sdctl", **plan.headers}
        self._prefix = parts.path.rstrip("/").encode()
        query = f"?{parts.query}" if parts.query else ""
        self._address = f"{parts.path or '/'}{query}".encode()
        shared = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("latin-1")
        self._tail = b" HTTP/1.1\r\n" + shared
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
