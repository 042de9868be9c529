"""Config: what the environment says, checked once at start-up.

Every problem is reported at once, one line each; nobody else reads the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, cast, get_args

from sdctl.app import bounds
from sdctl.app.bounds import Bounds
from sdctl.app.contract import READ_MAX_LAG_S

T = TypeVar("T")
N = TypeVar("N", int, float)

LogRequests = Literal["writes", "all"]
"""Which requests leave a line, beside those that failed or were slow."""

DATABASE_PORT = 5432
CACHE_PORT = 6379
QUEUE_PORT = 5672
DOCUMENTS_PORT = 27017
PATRONI_PORT = 8008


_ATTEMPTS = Bounds(bounds.RETRIES.least, bounds.RETRIES.most + 1)
_WORK_MS = Bounds(bounds.WORK_S.least * 1000, bounds.WORK_S.most * 1000)


class ConfigError(Exception):
    """The environment is unusable; `problems` has one line per variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything the service may vary in. Times are seconds, sizes bytes.

    Empty `cache_hosts`, `queue_hosts` or `documents_hosts` mean: the stack has no such tier.
    """

    node_name: str
    database_hosts: tuple[str, ...]
    database_name: str
    database_user: str
    database_password: str
    cache_hosts: tuple[str, ...] = ()
    cache_password: str = ""
    cache_ttl_s: float = 60.0
    queue_hosts: tuple[str, ...] = ()
    queue_user: str = ""
    queue_password: str = ""
    documents_hosts: tuple[str, ...] = ()
    documents_server: str = ""
    documents_user: str = ""
    documents_password: str = ""
    documents_durability: str = "availability"
    documents_pool_size: int = 8
    events_keep_s: float = 7 * 86400.0
    max_event_bytes: int = 65536
    pool_size: int = 8
    request_timeout_s: float = 5.0
    read_max_lag_s: float = READ_MAX_LAG_S
    work_max_attempts: int = 4
    work_retry_delays_s: tuple[float, ...] = (1.0, 4.0, 16.0)
    work_delivery_limit: int = 20
    work_prefetch: int = 32
    work_ms: float = 0.0
    max_body_bytes: int = 65536
    drain_s: float = 1.5
    log_requests: LogRequests = "writes"
    port: int = 8000


def read_config(environ: Mapping[str, str]) -> Config:
    """Parse the environment. Raises ConfigError with every problem found."""
    reader = _Reader(environ)
    config = Config(
        node_name=reader.text("NODE_NAME"),
        database_hosts=reader.hosts("DATABASE_HOSTS", required=True),
        database_name=reader.text("DATABASE_NAME"),
        database_user=reader.text("DATABASE_USER"),
        database_password=reader.text("DATABASE_PASSWORD"),
        cache_hosts=reader.hosts("CACHE_HOSTS"),
        cache_password=environ.get("CACHE_PASSWORD", ""),
        cache_ttl_s=reader.number("CACHE_TTL_S", 60.0, bounds.CACHE_TTL_S),
        queue_hosts=reader.hosts("QUEUE_HOSTS"),
        queue_user=environ.get("QUEUE_USER", ""),
        queue_password=environ.get("QUEUE_PASSWORD", ""),
        documents_hosts=reader.hosts("DOCUMENTS_HOSTS"),
        documents_server=environ.get("DOCUMENTS_SERVER", ""),
        documents_user=environ.get("DOCUMENTS_USER", ""),
        documents_password=environ.get("DOCUMENTS_PASSWORD", ""),
        documents_durability=environ.get("DOCUMENTS_DURABILITY", "availability"),
        documents_pool_size=reader.integer("DOCUMENTS_POOL_SIZE", 8, bounds.POOL_SIZE),
        events_keep_s=reader.number("EVENTS_KEEP_S", 7 * 86400.0, bounds.EVENTS_KEEP_S),
        max_event_bytes=reader.integer("MAX_EVENT_BYTES", 65536, bounds.EVENT_BYTES),
        pool_size=reader.integer("POOL_SIZE", 8, bounds.POOL_SIZE),
        request_timeout_s=reader.number("REQUEST_TIMEOUT_S", 5.0, bounds.REQUEST_TIMEOUT_S),
        read_max_lag_s=reader.number("READ_MAX_LAG_S", READ_MAX_LAG_S, Bounds(0.1, 3600.0)),
        work_max_attempts=reader.integer("WORK_MAX_ATTEMPTS", 4, _ATTEMPTS),
        work_retry_delays_s=reader.numbers(
            "WORK_RETRY_DELAYS_S", (1.0, 4.0, 16.0), bounds.RETRY_DELAY_S
        ),
        work_delivery_limit=reader.integer("WORK_DELIVERY_LIMIT", 20, Bounds(1, 1000)),
        work_prefetch=reader.integer("WORK_PREFETCH", 32, bounds.PREFETCH),
        work_ms=reader.number("WORK_MS", 0.0, _WORK_MS),
        max_body_bytes=reader.integer("MAX_BODY_BYTES", 65536, bounds.BODY_BYTES),
        drain_s=reader.number("DRAIN_S", 1.5, Bounds(0.0, 60.0)),
        log_requests=reader.choice("LOG_REQUESTS", get_args(LogRequests), "writes"),
        port=reader.integer("PORT", 8000, Bounds(1, 65535)),
    )
    if config.queue_hosts and not config.queue_user:
        reader.problems.append("QUEUE_USER: missing, and QUEUE_HOSTS is set")
    if config.documents_hosts and config.documents_server not in ("ferretdb", "mongodb"):
        reader.problems.append("DOCUMENTS_SERVER: ferretdb or mongodb, as DOCUMENTS_HOSTS is set")
    if len(config.work_retry_delays_s) < config.work_max_attempts - 1:
        reader.problems.append(
            f"WORK_RETRY_DELAYS_S: {config.work_max_attempts} attempts need "
            f"{config.work_max_attempts - 1} delays, got {len(config.work_retry_delays_s)}"
        )
    if reader.problems:
        raise ConfigError(reader.problems)
    return config


class _Reader:
    """Reads variables by type and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self._environ.get(name, "").strip()
        if not value:
            self.problems.append(f"{name}: missing")
        return value

    def hosts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        names = [host.strip() for host in self._environ.get(name, "").split(",")]
        hosts = tuple(host for host in names if host)
        if required and not hosts:
            self.problems.append(f"{name}: missing")
        return hosts

    def choice(self, name: str, known: tuple[T, ...], default: T) -> T:
        value = cast("T", self._environ.get(name, "").strip() or default)
        if value not in known:
            self.problems.append(f"{name}: must be one of {', '.join(map(str, known))}")
            return default
        return value

    def integer(self, name: str, default: int, within: Bounds) -> int:
        return self._parse(name, int, default, within, kind="a whole number")

    def number(self, name: str, default: float, within: Bounds) -> float:
        return self._parse(name, float, default, within, kind="a number")

    def numbers(self, name: str, default: tuple[float, ...], within: Bounds) -> tuple[float, ...]:
        text = self._environ.get(name, "").strip()
        if not text:
            return default
        try:
            values = tuple(float(part) for part in text.split(","))
        except ValueError:
            self.problems.append(f"{name}: must be numbers such as 1,4,16; got {text[:60]!r}")
            return default
        if not all(map(within.hold, values)):
            self.problems.append(f"{name}: must be {_between(within)} each, got {text[:60]}")
            return default
        return values

    def _parse(
        self, name: str, parse: Callable[[str], N], default: N, within: Bounds, *, kind: str
    ) -> N:
        text = self._environ.get(name, "").strip()
        if not text:
            return default
        try:
            value = parse(text)
        except ValueError:
            self.problems.append(f"{name}: must be {kind}, got {text[:60]!r}")
            return default
        if not within.hold(value):
            self.problems.append(f"{name}: must be {_between(within)}, got {text[:60]}")
            return default
        return value


def _between(within: Bounds) -> str:
    return f"from {within.least:.12g} to {within.most:.12g}"
