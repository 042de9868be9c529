"""Worker: M consumers that process orders, retry, dead-letter and notify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from sdctl.app import bounds
from sdctl.app.contract import ORDERS, USERS
from sdctl.components._replicas import ReplicaSettings
from sdctl.components.app import COMMON_FIGURES, HTTP, PYTHON, dependencies, number
from sdctl.components.canary_step import PATIENCE_S, CanaryOrder, CanaryStep
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import DATA, Node, Rest
from sdctl.components.settings import MEMORY_MOST, Count, Duration, Size, within
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest

_Delay = Annotated[Duration, Field(ge=bounds.RETRY_DELAY_S.least, le=bounds.RETRY_DELAY_S.most)]


class WorkerSettings(ReplicaSettings):
    """Settings of the work on accepted orders."""

    tier = "worker"
    autoscales_by = ("cpu", "queue")

    memory: Size = Field(192 * 1024**2, ge=96 * 1024**2, le=MEMORY_MOST)
    prefetch: Count = within(32, bounds.PREFETCH)
    """Messages that one worker takes ahead."""
    pool_size: Count = within(8, bounds.POOL_SIZE)
    """Database connections of one worker to the leader, and as many to a follower."""
    work: Duration = within(0.0, bounds.WORK_S)
    """Simulated work per order."""
    retry_delays: tuple[_Delay, ...] = Field((1.0, 4.0, 16.0), min_length=1, max_length=10)
    """The waits before the second attempt, the third and so on; after the last attempt the
    message is a dead letter."""


def nodes(settings: WorkerSettings, plan: Plan) -> tuple[Node, ...]:
    """The workers; any number of them, none of them keeps anything."""
    return Layout(
        component="worker",
        tier="worker",
        settings=settings,
        rest=Rest(memory=47 * 1024**2, processors=0.006, scraped=0.001),
        image=PYTHON,
        networks=(DATA,),
        env={
            **dependencies(plan),
            "POOL_SIZE": str(settings.pool_size),
            "WORK_PREFETCH": str(settings.prefetch),
            "WORK_MS": number(settings.work * 1000),
        },
        ports=(HTTP,),
        command=("python3", "-m", "sdctl.app.worker"),
        needs=("database", "queue"),
        processes=128,
    ).expand()


def _completed(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    return "completed" if answers[0].get("status") == "completed" else ""


def _inbox(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    return (HttpRequest(path=f"{USERS}/{order.user}/notifications?poll=1"),)


def _told(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    told = [notice.get("order_id") for notice in answers[0].get("notifications") or ()]
    return "1 notification" if told == [order.id] else ""


def _patience(settings: WorkerSettings) -> float:
    return PATIENCE_S + settings.work


CANARY = (
    CanaryStep(
        what="completed it",
        asks=lambda order: (HttpRequest(path=f"{ORDERS}/{order.id}"),),
        seen=_completed,
        within=_patience,
    ),
    CanaryStep(what="told the user, once", asks=_inbox, seen=_told, within=_patience),
)

FIGURES = {
    **COMMON_FIGURES,
    "processed": "Messages that this worker has done since it was started.",
    "failed": "Attempts at a message that failed, since this worker was started. One message may "
    "fail several times.",
    "retried": "Failed attempts after which the message was put back, to be tried again later.",
    "dead": "Messages that failed at every attempt since this worker was started: it made "
    "them dead letters.",
    "slowed_seconds": "How much longer this worker takes for a message on purpose, while the fault "
    "slow-consumer is on.",
    "fault_rate": "The share of messages that this worker fails on purpose, while the fault "
    "fail-messages is on.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="worker",
    tier="worker",
    summary="processes orders, retries, dead-letters, notifies",
    explained=(
        "Workers take the messages of accepted orders from the queue, do the work, and notify "
        "the user. "
        "A message whose work fails is tried again after each of `worker.retry_delays`, and is a "
        "dead letter after the last one. "
        "When a worker dies, its messages go to another one."
    ),
    figures=FIGURES,
    settings=WorkerSettings,
    nodes=nodes,
    needs=("database", "queue"),
    shell=("python3",),
    shell_command=(),
    crash=("sh", "-c", "kill -KILL $(pgrep -f sdctl.app.worker)"),
    canary=CANARY,
)
