"""When a turn begins: at once, then together, and never not at all."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

from sdctl.app.queue.turns import APART_S, Turns

SLACK_S = 0.15
"""What a busy machine may be late."""


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
    async def scenario() -> tuple[list[float], float]:
        turns = Turns()

        async def ask_often() -> float:
            for _ in range(50):
                turns.ask()
                await asyncio.sleep(0.01)
            turns.ask()
            return asyncio.get_running_loop().time()

        asking = asyncio.create_task(ask_often())
        begun = await turns_within(turns, 50 * 0.02 + APART_S + SLACK_S)
        return begun, await asking

    begun, last = asyncio.run(scenario())
    gaps = [after - before for before, after in itertools.pairwise(begun)]
    assert len(begun) >= 3
    assert min(gaps) >= APART_S - 0.01
    assert begun[-1] >= last


def test_nobody_asked_must_mean_no_turn() -> None:
    assert asyncio.run(turns_within(Turns(), 2 * APART_S)) == []
