"""Letters must be replayed one at a time, so that a cut in the middle loses none of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from sdctl.app import dlq
from sdctl.app.queue.work import Work


def message(number: int, body: bytes | None = None) -> SimpleNamespace:
    work = Work(
        order_id=f"o-{number}", user_id="u", item="pen", quantity=1, request_id="r",
        traceparent="", app_id="app-1", attempt=4,
    )  # fmt: skip
    properties = work.properties()
    properties.message_id = f"id-{number}"
    return SimpleNamespace(
        delivery_tag=number, body=body or work.body(), header=SimpleNamespace(properties=properties)
    )


class Channel:
    """A queue of dead letters, and what was done with them; breaks after so many."""

    def __init__(self, letters: list[SimpleNamespace], breaks_after: int = 99) -> None:
        self.letters, self.breaks_after = letters, breaks_after
        self.done: list[str] = []

    async def queue_declare(self, _name: str, passive: bool) -> SimpleNamespace:
        assert passive
        return SimpleNamespace(message_count=len(self.letters))

    async def basic_get(self, _name: str, no_ack: bool) -> SimpleNamespace:
        assert not no_ack
        return self.letters.pop(0) if self.letters else SimpleNamespace(delivery_tag=None)

    async def basic_publish(self, _body: bytes, *, properties: Any, **_: object) -> None:
        assert properties.headers["x-attempt"] == 1
        if len(self.done) >= self.breaks_after:
            raise ConnectionResetError
        self.done.append("published")

    async def basic_ack(self, tag: int) -> None:
        self.done.append(f"removed {tag}")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def using(channel: Channel) -> Channel:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Channel]:
            yield channel

        monkeypatch.setattr(dlq, "open_channel", opened)
        return channel

    return using


def test_each_letter_must_be_removed_as_soon_as_it_is_published(use: Any) -> None:
    channel = use(Channel([message(1), message(2)]))
    assert asyncio.run(dlq.run(["replay"])) == {"replayed": ["id-1", "id-2"]}
    assert channel.done == ["published", "removed 1", "published", "removed 2"]


def test_a_cut_must_leave_what_was_done_done_and_the_rest_where_it_is(use: Any) -> None:
    channel = use(Channel([message(1), message(2), message(3)], breaks_after=2))
    cut = {"error": "the queue does not answer: ConnectionResetError", "replayed": ["id-1"]}
    assert asyncio.run(dlq.run(["replay"])) == cut
    assert channel.done == ["published", "removed 1"]
    assert [letter.delivery_tag for letter in channel.letters] == [3]


def test_a_letter_that_nobody_can_read_must_be_listed_and_stay(use: Any) -> None:
    use(Channel([message(1, b"\xff{"), message(2)]))
    listed = asyncio.run(dlq.run(["list"]))["letters"]
    assert listed[0]["body"] == "\ufffd{"
    channel = use(Channel([message(1, b"\xff{"), message(2)]))
    assert asyncio.run(dlq.run(["replay"])) == {"replayed": ["id-2"]}
    assert channel.done == ["published", "removed 2"]


def test_those_named_must_be_known_before_any_is_sent(use: Any) -> None:
    channel = use(Channel([message(1), message(2)]))
    assert "no dead letter 'x'" in asyncio.run(dlq.run(["replay", "id-1", "x"]))["error"]
    assert channel.done == []
    use(Channel([message(1), message(2)]))
    assert asyncio.run(dlq.run(["replay", "id-2"])) == {"replayed": ["id-2"]}
