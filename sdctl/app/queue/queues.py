"""Queue: where work waits, how a message looks, and what follows a failed attempt.

    orders (direct exchange) ──work──▶ orders.work ──▶ a worker
                                           │ attempt k failed: published to orders.retry.<delay>,
                                           │                   which gives it back after its delay
                                           └ last attempt failed, or delivered too often:
                                             orders.dead (exchange and queue)
    notifications (fanout exchange) ──▶ one exclusive queue per app replica: notices only

All queues but those of notices are quorum queues, and dead-lettering is at-least-once.

A work message, also in `orders.dead`:

    body             {"order_id", "user_id", "item", "quantity"}, JSON
    message_id       the order id; a duplicate has the same one
    correlation_id   the request id of the POST that placed the order
    timestamp        when it was first published, whole seconds
    app_id           the replica that published it
    headers
      x-attempt             the attempt that this delivery is (1 …); in orders.dead the one that
                            failed last
      x-order-id, x-request-id, traceparent
      x-first-published-at  ISO 8601, UTC, milliseconds
      x-error               why the last attempt failed; absent before any did
      x-failed-at           when it did; ISO 8601
      x-failed-by           the worker that it failed on
      x-replayed            how often it was replayed from orders.dead; absent for never
      x-death               added by the broker where it moved the message itself

To replay a dead message: publish body and properties as they are to exchange `orders`,
routing key `work`, with x-attempt 1, x-replayed one higher, and without x-error, x-failed-*
and x-death; once that is confirmed, remove it from `orders.dead`. Doing it twice is harmless.
"""

from __future__ import annotations

from typing import Any

from aiormq.abc import AbstractChannel

from sdctl.app.contract import (
    DEAD_EXCHANGE,
    DEAD_QUEUE,
    HINTS_EXCHANGE,
    RETRY_QUEUES,
    WORK_EXCHANGE,
    WORK_KEY,
    WORK_QUEUE,
)


def retry_queue(delay_s: float) -> str:
    """The queue where a message waits so long. The delay is in the name, because a queue's
    settings cannot be changed: other delays are other queues."""
    return f"{RETRY_QUEUES}{round(delay_s * 1000)}ms"


def delay_after_failure(
    attempt: int, max_attempts: int, delays_s: tuple[float, ...]
) -> float | None:
    """How long a message waits whose attempt `attempt` (1 …) failed; None: it is dead.
    With fewer delays than attempts the last delay is used again."""
    if attempt >= max_attempts or not delays_s:
        return None
    return delays_s[min(attempt, len(delays_s)) - 1]


async def declare_topology(
    channel: AbstractChannel, *, delays_s: tuple[float, ...], delivery_limit: int
) -> None:
    """Make exchanges, queues and bindings, unless they are there.

    Raises ChannelPreconditionFailed where one is there with other settings.
    """
    for exchange, kind in (
        (WORK_EXCHANGE, "direct"),
        (DEAD_EXCHANGE, "fanout"),
        (HINTS_EXCHANGE, "fanout"),
    ):
        await channel.exchange_declare(exchange, exchange_type=kind, durable=True)
    quorum = {"x-queue-type": "quorum"}
    at_least_once = {"x-overflow": "reject-publish", "x-dead-letter-strategy": "at-least-once"}
    # Looking at dead letters often must not lose them. (-1, for none, pamqp cannot encode.)
    await channel.queue_declare(
        DEAD_QUEUE, durable=True, arguments={**quorum, "x-delivery-limit": 1_000_000}
    )
    await channel.queue_bind(DEAD_QUEUE, DEAD_EXCHANGE)
    work: dict[str, Any] = {
        **quorum,
        **at_least_once,
        "x-delivery-limit": delivery_limit,
        "x-dead-letter-exchange": DEAD_EXCHANGE,
    }
    await channel.queue_declare(WORK_QUEUE, durable=True, arguments=work)
    await channel.queue_bind(WORK_QUEUE, WORK_EXCHANGE, WORK_KEY)
    for delay in delays_s:
        back: dict[str, Any] = {
            **quorum,
            **at_least_once,
            "x-message-ttl": int(delay * 1000),
            "x-dead-letter-exchange": WORK_EXCHANGE,
            "x-dead-letter-routing-key": WORK_KEY,
        }
        await channel.queue_declare(retry_queue(delay), durable=True, arguments=back)
