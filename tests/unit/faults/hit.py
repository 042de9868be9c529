"""A stack that is hit, and the course of a fault on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from test_selector import node, snapshot

from sdctl.components.component import Component
from sdctl.design import validation
from sdctl.faults.teaching import Before, Course
from sdctl.targets.operations import Exec
from sdctl.targets.target import Output

Components = Mapping[str, Component]
Ask = Callable[[Exec], Output]
SEEN = snapshot(
    app=[node("app-1", "replica"), node("app-2", "replica")],
    worker=[node("worker-1", "replica"), node("worker-2", "replica")],
    database=[node("postgres-1", "follower"), node("postgres-2", "leader")],
    documents=[node("mongodb-1", "follower"), node("ferretdb-2", "follower")],
    cache=[node("redis-1", "primary", keys=900), node("redis-2", "replica", keys=900)],
)


def says(text: str, code: int = 0, stderr: str = "") -> Ask:
    return lambda op: Output(code, text, stderr)


def before(fault: object, components: Components, rate: float | None = 100.0) -> Before:
    plan = fault.plan(SEEN, components)  # type: ignore[attr-defined]
    return Before(plan=plan, profile=validation.load("standard"), components=components,
                  seen=SEEN, writes_per_s=rate)  # fmt: skip


COURSE = Course(injected_at=10.0, healed_at=30.0, writes=())
