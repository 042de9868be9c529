"""Documents: what is in the document store, in words that MongoDB and FerretDB both take."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.app.contract import COLLECTION, DATABASE, digest, document_text
from sdctl.observer.connections import Connections
from sdctl.observer.held import Held
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading, Table

_BATCH = 10_000
# a MongoDB follower refuses without it
_ANYWHERE = {"$readPreference": {"mode": "secondaryPreferred"}}
# FerretDB answers `collStats` and `count` from statistics, and a crash loses those
_COUNTED = {"pipeline": [{"$count": "n"}], "cursor": {}, **_ANYWHERE}


async def writes(
    target: Node, connections: Connections, run: str
) -> dict[str, list[tuple[int, str]]]:
    """The digest and the id of each event of a run, by its key (``<run>-<number>``), as this node
    has it."""
    found: dict[str, list[tuple[int, str]]] = {}
    operator, first = "$gte", f"{run}-"
    while True:
        command = {
            "find": COLLECTION,
            # `.` is the character after `-`
            "filter": {"key": {operator: first, "$lt": f"{run}."}},
            "projection": {"_id": 1, "key": 1, "kind": 1, "document": 1},
            "sort": {"key": 1},
            "limit": _BATCH,
            "batchSize": _BATCH,
            "singleBatch": True,
            **_ANYWHERE,
        }
        reply = await connections.mongo(target, DATABASE, command)
        # the server cuts it at 16 MB: that it is not full says nothing
        batch = reply["cursor"]["firstBatch"]
        if not batch:
            return found
        for event in batch:
            said = digest(document_text(_shown(event)))
            found.setdefault(str(event["key"]), []).append((said, str(event["_id"])))
        last = str(batch[-1]["key"])
        if last == first:
            operator = "$gt"
        else:
            # it may have been cut between two of the same key: the next begins with that key
            operator, first = "$gte", last
            del found[last]


async def holds(target: Node, connections: Connections, run: str) -> Held:
    """How often this node has each key of a run, what it says, and by which id it is found."""
    found, text = await writes(target, connections, run), io.StringIO()
    csv.writer(text).writerows((key, len(has), "", "", *min(has)) for key, has in found.items())
    return Held(lines=text.getvalue())


def _shown(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event's document, of the kind by which lists find it: the service stores it once more."""
    document: Mapping[str, Any] = event["document"]
    kind = event.get("kind")
    if kind is None and not isinstance(document.get("kind"), str):
        return document
    return {**document, "kind": kind}


async def of_leader(
    targets: Sequence[Node], connections: Connections, found: Sequence[Reading]
) -> list[Table]:
    """The collections as the leader has them; nothing while none leads."""
    leads = {reading.name for reading in found if reading.role == "leader"}
    return [await collections(target, connections) for target in targets if target.name in leads]


async def collections(target: Node, connections: Connections) -> Table:
    """The collections of this node: how many documents, how big, with which indexes."""
    listed = await connections.mongo(
        target, DATABASE, {"listCollections": 1, "nameOnly": True, **_ANYWHERE}
    )
    rows = []
    for name in sorted(str(collection["name"]) for collection in listed["cursor"]["firstBatch"]):
        stats = await connections.mongo(target, DATABASE, {"collStats": name, **_ANYWHERE})
        counted = await connections.mongo(target, DATABASE, {"aggregate": name, **_COUNTED})
        indexes = await connections.mongo(target, DATABASE, {"listIndexes": name, **_ANYWHERE})
        numbers = [int(found["n"]) for found in counted["cursor"]["firstBatch"]]
        rows.append(row(name, sum(numbers), stats, indexes))
    columns = ("collection", "documents", "size_bytes", "index_bytes", "indexes")
    return Table(title="collections", columns=columns, rows=tuple(rows))


def row(
    name: str, count: int, stats: Mapping[str, Any], indexes: Mapping[str, Any]
) -> tuple[str, int, int, int, str]:
    """Pure: one collection."""
    names = ", ".join(str(index["name"]) for index in indexes["cursor"]["firstBatch"])
    return name, count, int(stats.get("size", 0)), int(stats.get("totalIndexSize", 0)), names
