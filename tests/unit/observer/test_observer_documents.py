"""What is in the document store, as a node that speaks MongoDB's protocol says it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from itertools import islice
from random import Random
from typing import Any

import pytest

from sdctl.chaos import readback
from sdctl.observer import document_store
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.name_resolver import NameResolver
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading
from sdctl.workloads.events import EventsOnly
from sdctl.workloads.workload import Feedback
from tests.servers import Reply, serving, speak_mongo

AFTER_A_CRASH: Mapping[str, Mapping[str, Any]] = {
    "listCollections": {"cursor": {"firstBatch": [{"name": "events"}]}},
    # FerretDB estimates from statistics that a crash loses
    "collStats": {"count": 0, "size": 0, "totalIndexSize": 57344},
    "aggregate": {"cursor": {"firstBatch": [{"n": 2216}]}},
    "listIndexes": {"cursor": {"firstBatch": [{"name": "_id_"}, {"name": "expiry"}]}},
}


def node(port: int) -> Node:
    return Node(name="node-1", component="x", tier="documents", ports={"mongo": port})


@contextlib.asynccontextmanager
async def store(reply: Reply) -> Any:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await speak_mongo(reader, writer, reply)

    async with serving(serve) as port:
        connections = Connections({}, NameResolver(lambda name: "127.0.0.1"))
        try:
            yield node(port), connections
        finally:
            connections.close()


def said(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"ok": 1.0, **AFTER_A_CRASH[next(iter(body))]}


def test_the_documents_must_be_counted_and_not_estimated() -> None:
    async def scenario() -> None:
        async with store(said) as (target, connections):
            table = await document_store.collections(target, connections)
            assert table.rows == (("events", 2216, 0, 57344, "_id_, expiry"),)

    asyncio.run(scenario())


def test_what_an_event_says_must_be_read_back_as_the_load_noted_it() -> None:
    requests = list(islice(EventsOnly().requests(Random(1), Feedback("r-1")), 2))
    sent = [json.loads(request.body) for request in requests]
    # keys come back in another order, and one value is another
    kept = [dict(reversed(sent[0].items())), sent[1] | {"weight": 2.0}]
    events = [{"key": document["key"], "document": document} for document in kept]

    async def scenario() -> None:
        async with store(lambda body: {"ok": 1.0, "cursor": {"firstBatch": events}}) as (
            target,
            connections,
        ):
            held = await document_store.holds(target, connections, "r-1")
        first, second = readback.parse(held.lines).values()
        assert (first.count, first.status, first.notifications) == (1, None, None)
        assert not first.differs(requests[0].digest)
        assert second.differs(requests[1].digest)

    asyncio.run(scenario())


def test_a_server_that_was_restarted_must_answer_the_next_look() -> None:
    broken = True

    def reply(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if broken:
            raise ConnectionResetError
        return {"ok": 1.0}

    async def scenario() -> None:
        nonlocal broken
        async with store(reply) as (target, connections):
            with pytest.raises(ConnectionError):
                await connections.mongo(target, "admin", {"ping": 1})
            broken = False
            assert (await connections.mongo(target, "admin", {"ping": 1}))["ok"] == 1.0

    asyncio.run(scenario())


@pytest.mark.parametrize(("silent", "health"), [(True, "unknown"), (False, "failing")])
def test_silence_must_be_unknown_and_a_refusal_failing(silent: bool, health: str) -> None:
    async def scenario() -> None:
        refusal = {"ok": 0.0, "code": 13, "errmsg": "not authorized"}
        async with store(lambda body: None if silent else refusal) as (target, connections):

            async def ask(target: Node) -> Reading:
                await connections.mongo(target, "admin", {"ping": 1})
                raise AssertionError

            [reading] = await read_each((target,), ask)
            assert reading.health == health
            assert reading.reason == ("no answer in 800 ms" if silent else "not authorized")

    asyncio.run(scenario())
