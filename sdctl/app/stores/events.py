"""Event: any JSON object somebody sent, kept as it came in the document store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from sdctl.app.config import Config
from sdctl.app.contract import COLLECTION, DATABASE
from sdctl.app.logs import Log, reason
from sdctl.app.stores.documents import Documents, Preference
from sdctl.app.stores.event_document import UnstorableError
from sdctl.app.stores.event_indexes import ensure_index, indexes
from sdctl.app.stores.mongo import MongoServer, ServerError
from sdctl.app.stores.outcomes import LeaderAwayError, OutcomeUnknownError

_DUPLICATE_KEY = 11000
_PREPARE_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What became of an event. `created` False: the key was there before, and `same` says if with
    the same document."""

    id: str
    created: bool
    same: bool


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event as it is answered; `at` is when it was accepted."""

    id: str
    at: str
    document: dict[str, Any]


class Events:
    """The events in the document store. Deadlines are loop times."""

    def __init__(self, documents: Documents, config: Config, log: Log) -> None:
        self._documents = documents
        self._keep_s = config.events_keep_s
        self._concern = write_concern(config.documents_durability)
        self._log = log
        self._prepared = False
        self.stored = 0

    async def run(self) -> None:
        """Make the indexes, as soon as there is a leader; then it is done."""
        while self._documents.exists and not self._prepared:
            if not await self._documents.leader_found(_PREPARE_S):
                continue
            await self.prepare()

    async def prepare(self) -> None:
        """The collection's indexes, as they should be. Harmless when they are."""

        async def operation(server: MongoServer) -> None:
            for index in indexes(self._keep_s):
                await ensure_index(server, index)

        until = asyncio.get_running_loop().time() + _PREPARE_S
        try:
            await self._documents.write(operation, until)
        except (LeaderAwayError, OutcomeUnknownError) as exc:
            self._log.warning("no indexes yet", why=reason(exc))
            return
        self._prepared = True

    async def store(
        self, event_id: str, document: RawBSONDocument, kind: str | None, key: str | None,
        until: float,
    ) -> Stored:  # fmt: skip
        """Keep an event, or find the one that has the key.

        Raises LeaderAwayError (surely not kept), OutcomeUnknownError or UnstorableError.
        """
        if not self._prepared:
            raise LeaderAwayError(f"no collection yet ({self._documents.summary()})")
        record: dict[str, Any] = {"_id": event_id, "at": datetime.now(UTC), "document": document}
        if kind is not None:
            record["kind"] = kind
        if key is not None:
            record["key"] = key

        async def operation(server: MongoServer) -> Stored:
            reply = await server.command(
                DATABASE,
                {"insert": COLLECTION, "documents": [record], "writeConcern": self._concern},
            )
            if trouble := reply.get("writeConcernError"):
                # it may be on too few nodes; sent again, it is found and waited for
                raise ServerError(int(trouble.get("code", 0)), str(trouble.get("errmsg")))
            failures = reply.get("writeErrors")
            if not failures:
                return Stored(id=event_id, created=True, same=True)
            if failures[0].get("code") != _DUPLICATE_KEY:
                raise ServerError(int(failures[0].get("code", 0)), str(failures[0].get("errmsg")))
            return await self._known(server, event_id, document, key)

        try:
            stored = await self._documents.write(operation, until)
        except ServerError as exc:
            raise UnstorableError(f"the document store does not take it: {reason(exc)}") from exc
        self.stored += stored.created
        return stored

    async def get(self, event_id: str, until: float) -> tuple[Event | None, str]:
        """The event and the node it was read from, preferably a follower: events never change.

        Only the leader can tell that there is no such event. Raises NoReadableNodeError.
        """

        async def operation(server: MongoServer) -> list[Event]:
            return await _find(server, {"_id": event_id}, 1)

        found, node = await self._documents.read(operation, until, "follower", accept=bool)
        return (found[0] if found else None), node

    async def newest(
        self, kind: str | None, limit: int, before: str | None, prefer: Preference, until: float
    ) -> tuple[list[Event], str]:
        """Events, newest first, those older than `before`; and the node read from.

        Raises NoReadableNodeError.
        """
        wanted: dict[str, Any] = {}
        if kind is not None:
            wanted["kind"] = kind
        if before is not None:
            wanted["_id"] = {"$lt": before}

        async def operation(server: MongoServer) -> list[Event]:
            return await _find(server, wanted, limit)

        return await self._documents.read(operation, until, prefer)

    async def _known(
        self, server: MongoServer, event_id: str, document: RawBSONDocument, key: str | None
    ) -> Stored:
        """The event that is there already: ours, sent before a connection broke, or the key's."""
        mine: dict[str, Any] = {"_id": event_id}
        wanted = mine if key is None else {"$or": [mine, {"key": key}]}
        reply = await server.command(DATABASE, _query(wanted, 1))
        batch = reply["cursor"]["firstBatch"]
        if not batch:
            raise ServerError(_DUPLICATE_KEY, "it is there and cannot be seen yet")
        found = batch[0]
        return Stored(
            id=str(found["_id"]),
            created=found["_id"] == event_id,
            same=bson.encode(found["document"]) == document.raw,
        )


def write_concern(durability: str) -> dict[str, Any]:
    """How many nodes must have a write before it is acknowledged, in MongoDB's words. FerretDB
    leaves that to PostgreSQL."""
    if durability == "performance":
        return {"w": 1}
    return {"w": "majority", "j": durability == "protection"}


async def _find(server: MongoServer, wanted: Mapping[str, Any], limit: int) -> list[Event]:
    reply = await server.command(DATABASE, _query(wanted, limit))
    return [_event(record) for record in reply["cursor"]["firstBatch"]]


def _query(wanted: Mapping[str, Any], limit: int) -> dict[str, Any]:
    return {
        "find": COLLECTION,
        "filter": wanted,
        "sort": {"_id": -1},
        "limit": limit,
        "batchSize": limit,
        "singleBatch": True,
        # a MongoDB follower refuses without it
        "$readPreference": {"mode": "secondaryPreferred"},
    }


def _event(record: Mapping[str, Any]) -> Event:
    at = record["at"].replace(tzinfo=UTC)
    text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Event(id=str(record["_id"]), at=text, document=record["document"])
