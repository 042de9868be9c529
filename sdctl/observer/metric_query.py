"""Metric query: one PromQL expression, asked of the metrics tier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sdctl.observer.connections import Connections
from sdctl.observer.log_search import BadQuestion
from sdctl.observer.node import Node


async def ask(target: Node, connections: Connections, expression: str) -> dict[str, Any]:
    """``{"samples": [{"labels", "value"}]}`` as of now. Raises ``BadQuestion``, ``BadAnswer`` and
    what the network raises."""
    answer = await connections.get(target, "http", f"/api/v1/query?query={quote(expression)}")
    if answer.status == 400:
        raise BadQuestion(str(answer.json(400).get("error", "the query cannot be read")))
    return {"samples": samples(answer.json())}


def samples(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Pure: those of an instant vector, or the one of a scalar. A value that is no number, such as
    0 / 0, is None."""
    found = answer["data"]["result"]
    if answer["data"]["resultType"] == "scalar":
        found = [{"metric": {}, "value": found}]
    return [{"labels": series["metric"], "value": _number(series["value"][1])} for series in found]


def _number(text: str) -> float | None:
    value = float(text)
    return value if value - value == 0 else None
