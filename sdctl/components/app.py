"""App: N replicas of the reference service, and what its workers share with it."""

from __future__ import annotations

from pydantic import Field

from sdctl.app import bounds
from sdctl.app.contract import READY
from sdctl.components._replicas import ReplicaSettings
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.lb import LoadBalancerSettings
from sdctl.components.node import DATA, SERVICE, Image, Node, Port, Rest, Secret
from sdctl.components.settings import MEMORY_MOST, Count, Duration, Size, within

PYTHON = Image(
    size=102 * 1024**2,
    build_s=60,
    name="python",
    sources=("__init__.py", "app", "observer", "state/__init__.py", "state/snapshot.py"),
    plugins=("observer/probes",),
)
HTTP = Port(name="http", number=8000, ready=READY)


class AppSettings(ReplicaSettings):
    """Settings of the reference service."""

    tier = "app"
    autoscales_by = ("cpu", "rps", "p99")

    memory: Size = Field(192 * 1024**2, ge=128 * 1024**2, le=MEMORY_MOST)
    replicas: Count = within(3, bounds.REPLICAS)
    """How many of them."""
    pool_size: Count = within(8, bounds.POOL_SIZE)
    """Database connections of one replica to the leader, and as many to a follower."""
    request_timeout: Duration = within(5.0, bounds.REQUEST_TIMEOUT_S)
    """The service answers each request within this time, if only with 503."""


def number(value: float) -> str:
    """A number for an environment, with all its digits."""
    return f"{value:.12g}"


def dependencies(plan: Plan) -> dict[str, str | Secret]:
    """The environment that tells a service where the stores are; a missing tier is empty."""
    env: dict[str, str | Secret] = {
        "DATABASE_HOSTS": ",".join(plan.hosts("database")),
        "DATABASE_NAME": "sdctl",
        "DATABASE_USER": "app",
        "DATABASE_PASSWORD": Secret("database_app"),
        "CACHE_HOSTS": ",".join(plan.hosts("cache")),
        "QUEUE_HOSTS": ",".join(plan.hosts("queue")),
    }
    if plan.hosts("cache"):
        env["CACHE_PASSWORD"] = Secret("cache")
        env["CACHE_TTL_S"] = number(plan.settings["cache"].model_dump()["ttl"])
    if plan.hosts("queue"):
        env["QUEUE_USER"] = "app"
        env["QUEUE_PASSWORD"] = Secret("queue")
    env["DOCUMENTS_HOSTS"] = ",".join(plan.hosts("documents"))
    if plan.hosts("documents"):
        documents = plan.settings["documents"].model_dump()
        env["DOCUMENTS_SERVER"] = plan.components["documents"].server or ""
        env["DOCUMENTS_USER"] = "app"
        env["DOCUMENTS_PASSWORD"] = Secret("documents_app")
        env["DOCUMENTS_DURABILITY"] = documents["durability"]
        env["DOCUMENTS_POOL_SIZE"] = str(documents["pool_size"])
        env["EVENTS_KEEP_S"] = number(documents["keep"])
        env["MAX_EVENT_BYTES"] = str(documents["max_event_bytes"])
    if plan.hosts("collector"):
        env["LOG_REQUESTS"] = plan.settings["collector"].model_dump()["requests"]
    if plan.hosts("worker"):
        worker = plan.settings["worker"].model_dump()
        env["WORK_MAX_ATTEMPTS"] = str(len(worker["retry_delays"]) + 1)
        env["WORK_RETRY_DELAYS_S"] = ",".join(map(number, worker["retry_delays"]))
    return env


def _drain_s(plan: Plan) -> float:
    """One that goes first waits until the balancer sends it nothing more."""
    lb = plan.settings.get("lb")
    return lb.notices_within if isinstance(lb, LoadBalancerSettings) else 0.0


def nodes(settings: AppSettings, plan: Plan) -> tuple[Node, ...]:
    """The replicas; none of them keeps anything."""
    return Layout(
        component="app",
        tier="app",
        settings=settings,
        rest=Rest(memory=57 * 1024**2, processors=0.008, scraped=0.004),
        image=PYTHON,
        networks=(SERVICE, DATA),
        env={
            **dependencies(plan),
            "DRAIN_S": number(_drain_s(plan)),
            "POOL_SIZE": str(settings.pool_size),
            "REQUEST_TIMEOUT_S": number(settings.request_timeout),
            "MAX_BODY_BYTES": str(
                plan.settings["gateway"].model_dump()["body_limit"]
                if plan.hosts("gateway")
                else 64 * 1024
            ),
        },
        ports=(HTTP,),
        command=("python3", "-m", "sdctl.app.server"),
        stop_grace_s=10.0 + _drain_s(plan),
        # queues are declared by whoever comes first, with the members there are by then
        needs=("database", "queue") if plan.hosts("queue") else ("database",),
        processes=128,
    ).expand()


COMMON_FIGURES = {
    "rps": "Requests (app) or messages (worker) that this node ended per second, over the last "
    "seconds.",
    "in_flight": "Requests or messages that this node works on at this moment.",
    "cpu": "How many cores this node used, on average over the last 15 seconds: 0.5 is half of "
    "one.",
    "queries_slowed_seconds": "How much longer this node holds a connection to the database each "
    "time on purpose, while the fault slow-queries is on.",
    "unready": "This node is sent no requests: it starts, ends, or lacks a store that it needs.",
}
"""Of the app and of its workers."""

FIGURES = {
    **COMMON_FIGURES,
    "p99_seconds": "99 of 100 requests to this replica took no longer, over the last 15 seconds.",
    "hit_ratio": "Of the reads that asked the cache, the share that it could answer, since this "
    "replica was started. The other reads went on to the database. After a start it "
    "is low, because the cache is empty.",
    "cache_hits": "Reads that the cache answered, since this replica was started.",
    "cache_misses": "Reads that asked the cache and went on to the database, since this replica "
    "was started.",
    "pool_leader": "Connections that this replica keeps open to the leader of the database. "
    "Writes use them.",
    "pool_follower": "Connections that this replica keeps open to a follower of the database. "
    "Reads use them.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="app",
    tier="app",
    summary="the reference service: orders, notifications, events",
    explained=(
        "The app is the reference service: it takes orders and events, and answers reads. "
        "All replicas are alike and keep nothing, so each can answer every request. "
        "It writes an order to the database together with the message for the workers, so "
        "neither is lost without the other."
    ),
    figures=FIGURES,
    settings=AppSettings,
    nodes=nodes,
    needs=("database",),
    shell=("python3",),
    shell_command=(),
    crash=("sh", "-c", "kill -KILL $(pgrep -f sdctl.app.server)"),
)
