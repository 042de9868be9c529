"""Dead letters: looked at, replayed or purged, from inside a node of the service.

    python3 -m sdctl.app.dlq list
    python3 -m sdctl.app.dlq replay [ID ...]     all without an ID
    python3 -m sdctl.app.dlq purge
    python3 -m sdctl.app.dlq depths                  messages that wait in each queue, right now

Prints one JSON document: ``{"letters": [...]}``, ``{"replayed": [ids]}``, ``{"purged": n}`` or
``{"depths": {queue: n}}``; on an error ``{"error": "..."}`` and exit code 1, with the ``replayed``
of a replay that was cut. Looking at a letter does not remove it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import aiormq
from aiormq.abc import AbstractChannel

from sdctl.app.config import QUEUE_PORT, read_config
from sdctl.app.contract import DEAD_QUEUE, WORK_EXCHANGE, WORK_KEY, WORK_QUEUE
from sdctl.app.dead_letter import Letter
from sdctl.app.logs import reason
from sdctl.app.queue.queues import retry_queue
from sdctl.app.queue.work import Work

TIMEOUT_S = 20.0
"""For each step: of thousands of letters each is one."""
CONNECT_TIMEOUT_S = 3.0
_AWAY = (OSError, TimeoutError, aiormq.AMQPError)


@asynccontextmanager
async def open_channel() -> AsyncIterator[AbstractChannel]:
    """A channel to the first node that answers. Letters held on it go back when it closes."""
    user, password = os.environ["QUEUE_USER"], quote(os.environ["QUEUE_PASSWORD"], safe="")
    last: Exception = OSError("no queue node is known")
    for host in os.environ["QUEUE_HOSTS"].split(","):
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                connection = await aiormq.connect(f"amqp://{user}:{password}@{host}:{QUEUE_PORT}/")
        except _AWAY as error:
            last = error
            continue
        try:
            async with asyncio.timeout(TIMEOUT_S):
                channel = await connection.channel(publisher_confirms=True)
            yield channel
        finally:
            with suppress(*_AWAY):  # it may be gone already
                await connection.close()
        return
    raise last


async def _letters(channel: AbstractChannel) -> AsyncIterator[Letter]:
    """As many as there are now, one after the other: what comes in meanwhile is for the next."""
    async with asyncio.timeout(TIMEOUT_S):
        declared = await channel.queue_declare(DEAD_QUEUE, passive=True)
    for _ in range(declared.message_count or 0):
        async with asyncio.timeout(TIMEOUT_S):
            message = await channel.basic_get(DEAD_QUEUE, no_ack=False)
        if message.delivery_tag is None:
            break  # somebody else took the rest
        yield Letter(message)


async def _list() -> dict[str, Any]:
    async with open_channel() as channel:
        return {"letters": [letter.document() async for letter in _letters(channel)]}


async def _replay(ids: list[str]) -> dict[str, Any]:
    async with open_channel() as channel:
        if not ids:
            return await _replay_all(channel)
        letters = [letter async for letter in _letters(channel)]
        missing = [asked for asked in ids if not any(letter.id == asked for letter in letters)]
        if missing:
            known = ", ".join(letter.id for letter in letters[:5]) or "none"
            return {"error": f"no dead letter {missing[0]!r}; there is: {known}"}
        return {
            "replayed": [
                await _publish_again(channel, letter, work)
                for letter in letters
                if letter.id in ids and (work := letter.work) is not None
            ]
        }


async def _replay_all(channel: AbstractChannel) -> dict[str, Any]:
    """One at a time, so that a cut or a slow queue undoes none of them."""
    replayed: list[str] = []
    try:
        async for letter in _letters(channel):
            if (work := letter.work) is not None:
                replayed.append(await _publish_again(channel, letter, work))
    except _AWAY as error:
        return {"error": _away(error), "replayed": replayed}
    return {"replayed": replayed}


async def _publish_again(channel: AbstractChannel, letter: Letter, work: Work) -> str:
    """Its id. Publish first, remove after: a cut in between makes a duplicate: that is harmless."""
    message = letter.message
    work = replace(work, attempt=1, replayed=work.replayed + 1, failure={})
    assert message.delivery_tag is not None
    async with asyncio.timeout(TIMEOUT_S):
        await channel.basic_publish(
            work.body(),
            exchange=WORK_EXCHANGE,
            routing_key=WORK_KEY,
            properties=work.properties(),
            mandatory=True,
        )
        await channel.basic_ack(message.delivery_tag)
    return letter.id


async def _purge() -> dict[str, Any]:
    async with open_channel() as channel:
        async with asyncio.timeout(TIMEOUT_S):
            return {"purged": (await channel.queue_purge(DEAD_QUEUE)).message_count}


async def _depths() -> dict[str, Any]:
    delays = read_config(os.environ).work_retry_delays_s
    async with open_channel() as channel, asyncio.timeout(TIMEOUT_S):
        names = (WORK_QUEUE, *(retry_queue(delay) for delay in delays), DEAD_QUEUE)
        declared = [(name, await channel.queue_declare(name, passive=True)) for name in names]
        return {"depths": {name: queue.message_count or 0 for name, queue in declared}}


async def run(words: list[str]) -> dict[str, Any]:
    """The document that is printed for these words."""
    match words:
        case ["list"]:
            return await _list()
        case ["replay", *ids]:
            return await _replay(ids)
        case ["purge"]:
            return await _purge()
        case ["depths"]:
            return await _depths()
    return {"error": f"unknown words {words}"}


def _away(error: Exception) -> str:
    return f"the queue does not answer: {reason(error)}"


def main() -> None:
    """Print one JSON document; exit 1 when it is an error."""
    try:
        answer = asyncio.run(run(sys.argv[1:]))
    except _AWAY as error:
        answer = {"error": _away(error)}
    print(json.dumps(answer))
    sys.exit(1 if "error" in answer else 0)


if __name__ == "__main__":
    main()
