"""Each delivery that is done must be acknowledged once, and no other with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sdctl.app.logs import Log
from sdctl.app.queue.acks import Acks, acknowledgements
from sdctl.app.queue.turns import Turns


class FakeChannel:
    """A broker's view of one channel: what it waits for, and what it was told."""

    def __init__(self) -> None:
        self.unacked: set[int] = set()
        self.acks: list[tuple[int, bool]] = []
        self.nacks: list[tuple[int, bool]] = []
        self.gone: BaseException | None = None

    async def basic_ack(self, tag: int, multiple: bool, wait: bool) -> None:
        assert not wait
        if self.gone is not None:
            raise self.gone
        await asyncio.sleep(0)
        told = {earlier for earlier in self.unacked if earlier <= tag} if multiple else {tag}
        if not told or not told <= self.unacked:
            raise LookupError(f"unknown delivery tag {tag}")
        self.unacked -= told
        self.acks.append((tag, multiple))

    async def basic_nack(self, tag: int, requeue: bool) -> None:
        self.unacked.remove(tag)
        self.nacks.append((tag, requeue))


def deliveries(count: int, prefetch: int = 100) -> tuple[FakeChannel, Acks]:
    """So many have come, tags 1 to count."""
    channel: Any = FakeChannel()
    acks = Acks(channel, prefetch, Turns(), Log())
    for tag in range(1, count + 1):
        channel.unacked.add(tag)
        acks.began(tag)
    return channel, acks


@pytest.mark.parametrize(
    ("under_way", "done", "told"),
    [
        (set(), set(), []),
        (set(), {7}, [(7, True)]),
        (set(), {1, 2, 3}, [(3, True)]),
        ({3}, {1, 2}, [(2, True)]),
        ({3}, {1, 2, 5, 4}, [(2, True), (4, False), (5, False)]),
        ({1}, {2, 3}, [(2, False), (3, False)]),
    ],
)
def test_one_for_all_must_stay_below_what_is_under_way(
    under_way: set[int], done: set[int], told: list[tuple[int, bool]]
) -> None:
    assert acknowledgements(under_way, done) == told


def test_those_of_a_turn_must_be_told_with_one() -> None:
    async def scenario() -> FakeChannel:
        channel, acks = deliveries(5)
        for tag in (2, 1, 3):
            await acks.done(tag)
        assert channel.acks == []
        await acks.tell()
        await acks.tell()
        return channel

    channel = asyncio.run(scenario())
    assert channel.acks == [(3, True)]
    assert channel.unacked == {4, 5}


def test_what_is_given_back_or_rejected_must_not_be_acknowledged_with_others() -> None:
    async def scenario() -> FakeChannel:
        channel, acks = deliveries(4)
        await acks.done(1)
        await acks.give_back(2)
        await acks.reject(3)
        await acks.done(4)
        await acks.tell()
        return channel

    channel = asyncio.run(scenario())
    assert channel.nacks == [(2, True), (3, False)]
    assert channel.acks == [(4, True)]
    assert channel.unacked == set()


def test_half_the_prefetch_must_not_wait_for_a_turn() -> None:
    async def scenario() -> FakeChannel:
        channel, acks = deliveries(8, prefetch=8)
        for tag in range(1, 5):
            await acks.done(tag)
        return channel

    assert asyncio.run(scenario()).acks == [(4, True)]


def test_two_who_tell_at_once_must_keep_the_order() -> None:
    async def scenario() -> FakeChannel:
        channel, acks = deliveries(4)
        await acks.done(1)
        first = asyncio.create_task(acks.tell())
        await acks.done(2)
        await asyncio.gather(first, acks.tell(), acks.tell())
        return channel

    assert asyncio.run(scenario()).unacked == {3, 4}


# aiormq cancels whoever waits on a connection that it closes
@pytest.mark.parametrize("gone", [ConnectionResetError("gone"), asyncio.CancelledError()])
def test_a_dead_channel_must_not_break_the_worker(gone: BaseException) -> None:
    async def scenario() -> FakeChannel:
        channel, acks = deliveries(1)
        channel.gone = gone
        await acks.done(1)
        await acks.tell()
        return channel

    assert asyncio.run(scenario()).unacked == {1}
