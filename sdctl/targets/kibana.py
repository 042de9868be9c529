"""Kibana's saved objects as code: what its import takes, a JSON object per line. Pure.

The shapes are those that Kibana 8 exports, whose importer, and that of 9, brings them to its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
_CORE = "8.8.0"
_VERSION = "8.0.0"
_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"


def data_view(name: str, title: str) -> Json:
    """Indices by a pattern such as ``logs-*``; its id is ``sdctl-<name>``."""
    return _object(
        "index-pattern",
        f"sdctl-{name}",
        {
            "title": title,
            "name": f"sdctl {name}",
            "timeFieldName": "@timestamp",
            "fields": "[]",
            "fieldAttrs": "{}",
            "runtimeFieldMap": "{}",
        },
    )


def search(
    name: str, title: str, view: str, query: str, columns: Sequence[str], *, oldest_first: bool
) -> Json:
    """A saved search of the data view ``sdctl-<view>``; ``query`` is in KQL."""
    source = {
        "query": {"query": query, "language": "kuery"},
        "filter": [],
        "highlightAll": True,
        "version": True,
        "indexRefName": _INDEX,
    }
    made = _object(
        "search",
        f"sdctl-{name}",
        {
            "title": title,
            "description": "",
            "columns": list(columns),
            "sort": [["@timestamp", "asc" if oldest_first else "desc"]],
            "grid": {},
            "hideChart": False,
            "isTextBasedQuery": False,
            "timeRestore": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        },
    )
    made["references"] = [{"id": f"sdctl-{view}", "name": _INDEX, "type": "index-pattern"}]
    return made


def ndjson(objects: Sequence[Json]) -> str:
    """What ``POST /api/saved_objects/_import`` takes as its file."""
    return "".join(f"{json.dumps(saved)}\n" for saved in objects)


def _object(kind: str, identity: str, attributes: Json) -> Json:
    return {
        "id": identity,
        "type": kind,
        "attributes": attributes,
        "references": [],
        "managed": False,
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": _VERSION,
    }
