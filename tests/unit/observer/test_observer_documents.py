"""What is in the document store, as a node that speaks MongoDB's protocol says it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from sdctl.app.contract import digest, document_text
from sdctl.chaos import readback
from sdctl.judge.audit import check
from sdctl.judge.holdings import Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Write
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
    def replied(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """On a busy machine the driver asks meanwhile whether the node is still there."""
        return {"ok": 1.0} if "hello" in body else reply(body)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await speak_mongo(reader, writer, replied)

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


async def found(events: list[dict[str, Any]], at_once: int = 100) -> dict[str, StoredWrite]:
    """What is read back of a server that gives so many at once, whatever is asked for."""

    def reply(body: Mapping[str, Any]) -> Mapping[str, Any]:
        key: Mapping[str, str] = body["filter"]["key"]
        asked = [
            event
            for event in events
            if event["key"] >= key.get("$gte", "") and event["key"] > key.get("$gt", "")
        ]
        return {"ok": 1.0, "cursor": {"firstBatch": asked[:at_once]}}

    async with store(reply) as (target, connections):
        held = await document_store.holds(target, connections, "r-1")
    return readback.parse(held.lines)


@pytest.mark.parametrize("at_once", [2, 3, 100])
def test_a_batch_that_the_server_cut_must_not_be_taken_for_the_last(at_once: int) -> None:
    """MongoDB's protocol has at most 16 MB in one; what came after it was called lost."""
    keys = ["r-1-1", "r-1-2", "r-1-2", "r-1-3", "r-1-4"]
    events = [{"_id": str(n), "key": key, "document": {}} for n, key in enumerate(keys)]
    held = asyncio.run(asyncio.wait_for(found(events, at_once), 10))
    assert {key: kept.count for key, kept in held.items()} == {
        "r-1-1": 1, "r-1-2": 2, "r-1-3": 1, "r-1-4": 1
    }  # fmt: skip


SENT = next(iter(EventsOnly().requests(Random(1), Feedback("r-1"))))
DOCUMENT = json.loads(SENT.body)
KEPT = {"_id": "e-1", "key": SENT.key, "kind": DOCUMENT["kind"], "document": DOCUMENT}
ACKNOWLEDGED = Write(SENT.key, 0.0, 1.0, "acknowledged", "e-1", SENT.digest)


@pytest.mark.parametrize(
    ("change", "altered"),
    [
        ({}, ()),
        ({"document": dict(reversed(DOCUMENT.items()))}, ()),
        ({"document": DOCUMENT | {"weight": 2.0}}, (SENT.key,)),
        ({"_id": "e-2"}, (SENT.key,)),
        ({"_id": 'e-1, or "another"'}, (SENT.key,)),
        ({"kind": "hidden"}, (SENT.key,)),
        ({"kind": None}, (SENT.key,)),
    ],
    ids=["as sent", "another order of keys", "another value", "another id", "an odd id",
         "lists find it by another kind", "no list by kind finds it"],
)  # fmt: skip
def test_an_event_must_be_found_as_it_was_sent_and_answered(
    change: Mapping[str, Any], altered: tuple[str, ...]
) -> None:
    copy = Copy(node="node-1", leads=True, found=asyncio.run(found([KEPT | change])))
    audit = check([ACKNOWLEDGED], Holdings(copies=(copy,)))
    assert (audit.altered, audit.lost) == (altered, ())


def test_an_event_without_a_kind_must_be_found_as_it_was_sent() -> None:
    document = {"kind": 7}
    event = {"_id": "e-1", "key": "r-1-1", "document": document}
    [held] = asyncio.run(found([event])).values()
    assert held.digest == digest(document_text(document))


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
