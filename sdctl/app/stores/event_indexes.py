"""The indexes of the events' collection."""

from __future__ import annotations

from typing import Any

from sdctl.app.contract import COLLECTION, DATABASE
from sdctl.app.stores.mongo import MongoServer, ServerError

_OPTIONS_DIFFER = (85, 86)


def indexes(keep_s: float) -> tuple[dict[str, Any], ...]:
    """A page of one kind, a key once, and the end of what is old."""
    return (
        {"name": "by_kind", "key": {"kind": 1, "_id": -1}},
        {
            "name": "once_by_key",
            "key": {"key": 1},
            "unique": True,
            "partialFilterExpression": {"key": {"$exists": True}},
        },
        {"name": "expiry", "key": {"at": 1}, "expireAfterSeconds": int(keep_s)},
    )


async def ensure_index(server: MongoServer, index: dict[str, Any]) -> None:
    """Make it as it should be; harmless where it is."""
    command = {"createIndexes": COLLECTION, "indexes": [index]}
    try:
        await server.command(DATABASE, command)
    except ServerError as exc:
        if exc.code not in _OPTIONS_DIFFER:
            raise
        await server.command(DATABASE, {"dropIndexes": COLLECTION, "index": index["key"]})
        await server.command(DATABASE, command)
