"""Acks: deliveries that are done with are told to the broker together, in turns.

Every member of a queue writes down each acknowledgement, and one for many costs what one for one
does. A worker that is killed has the messages of its last turn delivered once more; that makes no
difference but to the count of duplicates.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Set

from aiormq.abc import AbstractChannel

from sdctl.app.logs import Log, reason
from sdctl.app.queue.turns import Turns
from sdctl.app.tasks import is_cancelled

TIMEOUT_S = 5.0


def acknowledgements(under_way: Set[int], done: Set[int]) -> list[tuple[int, bool]]:
    """Pure: the fewest that tell ``done``, as (delivery tag, and all before it).

    Tags count up on a channel, so one for `all before it` must stay below what is under way.
    """
    first = min(under_way, default=math.inf)
    told = [(tag, False) for tag in sorted(done) if tag > first]
    if len(told) < len(done):
        told.insert(0, (max(tag for tag in done if tag < first), True))
    return told


class Acks:
    """The deliveries of one channel that the broker waits to hear of."""

    def __init__(self, channel: AbstractChannel, prefetch: int, turns: Turns, log: Log) -> None:
        self.channel = channel
        # the broker sends no more than `prefetch` ahead of what it was told
        self._enough = max(1, prefetch // 2)
        self._turns = turns
        self._log = log
        self._under_way: set[int] = set()
        self._done: set[int] = set()
        self._telling = asyncio.Lock()

    def began(self, tag: int) -> None:
        """A delivery has come."""
        self._under_way.add(tag)

    async def done(self, tag: int) -> None:
        """The broker may forget this delivery; told with the others of this turn."""
        self._under_way.discard(tag)
        self._done.add(tag)
        self._turns.ask()
        if len(self._done) >= self._enough:
            await self.tell()

    async def give_back(self, tag: int) -> None:
        """Have this delivery come again, here or elsewhere, at once."""
        self._under_way.discard(tag)
        await self._say(self.channel.basic_nack(tag, requeue=True))

    async def reject(self, tag: int) -> None:
        """Have the broker move this delivery to the dead ones, at once."""
        self._under_way.discard(tag)
        await self._say(self.channel.basic_nack(tag, requeue=False))

    async def tell(self) -> None:
        """Tell what is done. On a dead channel the broker gives it back by itself."""
        async with self._telling:  # an earlier tag after a later one would be unknown to the broker
            telling = acknowledgements(self._under_way, self._done)
            self._done.clear()
            for tag, before in telling:
                # not `wait`: on a link that breaks that would take the whole time limit
                await self._say(self.channel.basic_ack(tag, multiple=before, wait=False))

    async def _say(self, saying: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await saying
        except (Exception, asyncio.CancelledError) as exc:
            if is_cancelled():
                raise
            self._log.warning("delivery not answered", why=reason(exc))
