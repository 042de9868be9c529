"""Log search: one question, asked the same way of Elasticsearch and of OpenSearch.

A line is a document in ``logs-*`` or ``events-*``, an index per hour: ``@timestamp`` (when it
happened), ``read_at`` (when the engine had it), ``tier``, ``node``, ``level``, ``message``, and
where there is one ``request_id``, ``fault_id`` and what else the node said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.node import Node

MOST = 10_000
"""Lines of one answer: what both servers give without a cursor."""
_PATH = "/logs-*,events-*/_search?ignore_unavailable=true&allow_no_indices=true"


class BadQuestion(ValueError):
    """The server cannot read the query; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which lines: all that is set must hold. ``since`` and ``arrived`` are RFC 3339 moments."""

    search: str | None = None
    """In Lucene's syntax: ``level:error AND leader``. A word without a field is one of the message
    or of an event's document."""
    request: str | None = None
    where: str | None = None
    """A tier or a node."""
    since: str | None = None
    arrived: str | None = None
    """The engine had the line at this moment or later."""
    limit: int = 1000

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Question:
        """From a URL's parameters. Raises ``BadQuestion``."""
        texts = {name: parameters.get(name) for name in _TEXTS}
        try:
            limit = int(parameters.get("limit", "1000"))
        except ValueError:
            limit = 0
        if not 1 <= limit <= MOST:
            raise BadQuestion(f"limit must be 1 to {MOST}")
        return cls(**texts, limit=limit)


_TEXTS = ("search", "request", "where", "since", "arrived")


def body(question: Question) -> dict[str, Any]:
    """Pure: the question in the servers' words, the newest lines first."""
    must: list[dict[str, Any]] = []
    if question.search:
        must.append(
            {
                "query_string": {
                    "query": question.search,
                    "fields": ["message", "document"],
                    "default_operator": "AND",
                    "lenient": True,
                }
            }
        )
    if question.request:
        must.append({"term": {"request_id": question.request}})
    if question.where:
        either = [{"term": {"tier": question.where}}, {"term": {"node": question.where}}]
        must.append({"bool": {"should": either, "minimum_should_match": 1}})
    if question.since:
        must.append({"range": {"@timestamp": {"gte": question.since}}})
    if question.arrived:
        must.append({"range": {"read_at": {"gte": question.arrived}}})
    return {
        "size": question.limit,
        "track_total_hits": True,
        "sort": [{"@timestamp": {"order": "desc", "unmapped_type": "date_nanos"}}],
        "query": {"bool": {"filter": must}},
    }


def lines(answer: Mapping[str, Any], tiers: Sequence[str]) -> list[dict[str, Any]]:
    """Pure: the lines of an answer as they happened; within a millisecond in the order of the
    tiers, which is the way that a request takes."""
    place = {tier: index for index, tier in enumerate(tiers)}
    found = [{"id": hit["_id"], **hit["_source"]} for hit in answer["hits"]["hits"]]
    for line in found:
        line["at"] = line.pop("@timestamp", line.get("read_at"))
    return sorted(found, key=lambda line: (line["at"][:23], place.get(str(line.get("tier")), 99)))


async def ask(
    target: Node, connections: Connections, question: Question, tiers: Sequence[str]
) -> dict[str, Any]:
    """``{"total", "lines"}``. Raises ``BadQuestion``, ``BadAnswer`` and what the network raises."""
    answer = await connections.post(target, "http", _PATH, body(question))
    if answer.status == 400:
        raise BadQuestion(_reason(answer.json(400)))
    value = answer.json()
    return {"total": value["hits"]["total"]["value"], "lines": lines(value, tiers)}


def _reason(refusal: Mapping[str, Any]) -> str:
    causes = refusal.get("error", {}).get("root_cause") or [{}]
    return str(causes[0].get("reason", "the query cannot be read")).splitlines()[0]
