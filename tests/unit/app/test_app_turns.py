"""When a turn begins: at once, then together, and never not at all."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

from sdctl.app.queue.turns import APART_S, Turns


async def turns_within(turns: Turns, seconds: float) -> list[float]:
    """The loop times at which turns began."""
    begun: list[float] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await turns.next()
                begun.append(asyncio.get_running_loop().time())
    return begun


def test_what_comes_alone_must_not_wait() -> None:
    async def scenario() -> float:
        turns = Turns()
        turns.ask()
        began = asyncio.get_running_loop().time()
        await turns.next()
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(scenario()) < APART_S / 2


def test_what_comes_often_must_share_turns_and_the_last_must_get_one() -> None:
    async def scenario() -> list[float]:
        turns, now = Turns(), asyncio.get_running_loop().time

        async def ask_often() -> float:
            for _ in range(50):
                turns.ask()
                await asyncio.sleep(0.01)
            turns.ask()
            return now()

        asking, begun = asyncio.create_task(ask_often()), list[float]()
        async with asyncio.timeout(20):  # it ends with the turn that the last one asked for
            while not asking.done() or begun[-1] < asking.result():
                await turns.next()
                begun.append(now())
        return begun

    begun = asyncio.run(scenario())
    gaps = [after - before for before, after in itertools.pairwise(begun)]
    assert len(begun) >= 3
    assert min(gaps) > APART_S / 2  # each is noted a moment after it began


def test_nobody_asked_must_mean_no_turn() -> None:
    assert asyncio.run(turns_within(Turns(), 2 * APART_S)) == []
