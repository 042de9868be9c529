"""A message must keep what it is, over every attempt; and end as a dead letter."""

from dataclasses import replace

import pytest
from pamqp.commands import Basic

from sdctl.app.queue.queues import delay_after_failure
from sdctl.app.queue.work import MalformedMessageError, Work, parse_work

WORK = Work(
    order_id="o-1",
    user_id="u-1",
    item="book",
    quantity=2,
    request_id="r-1",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    app_id="app-1",
    first_published_at="2026-01-02T03:04:05.678Z",
)


def test_a_message_must_read_back_as_it_was_written() -> None:
    assert parse_work(WORK.body(), WORK.properties()) == WORK
    replayed = replace(WORK, attempt=3, replayed=2)
    assert parse_work(replayed.body(), replayed.properties()) == replayed


def test_a_message_must_be_persistent_and_say_where_it_is_from() -> None:
    properties = WORK.properties()
    assert properties.delivery_mode == 2
    assert properties.message_id == "o-1"
    assert properties.correlation_id == "r-1"
    assert properties.headers is not None
    assert properties.headers["x-attempt"] == 1
    assert "x-replayed" not in properties.headers
    assert "x-error" not in properties.headers


def test_attempts_must_go_through_the_retry_queues_and_then_be_dead() -> None:
    delays = (1.0, 4.0, 16.0)
    waits = [delay_after_failure(attempt, 4, delays) for attempt in (1, 2, 3, 4, 9)]
    assert waits == [*delays, None, None]
    assert delay_after_failure(1, 1, delays) is None


def test_a_failed_message_must_say_why_and_keep_when_it_was_first_published() -> None:
    failed = WORK.failed("no stock", by="worker-2").next_attempt()
    headers = failed.properties().headers
    assert headers is not None
    assert headers["x-error"] == "no stock"
    assert headers["x-failed-by"] == "worker-2"
    assert headers["x-attempt"] == 2
    assert parse_work(failed.body(), failed.properties()).first_published_at == (
        WORK.first_published_at
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"order_id": "x"}', b"\xff"])
def test_what_is_no_work_message_must_be_told_apart(body: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        parse_work(body, Basic.Properties())


def test_a_message_without_headers_must_be_a_first_attempt() -> None:
    work = parse_work(WORK.body(), Basic.Properties(correlation_id="r-9"))
    assert (work.attempt, work.replayed, work.request_id) == (1, 0, "r-9")
