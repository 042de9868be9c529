"""Orders and notifications, as a client of the reference service has them."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from typing import Any

import httpx

from tests.stacks import Stack, docker, eventually


def order(client: httpx.Client, user: str, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    value = {"user_id": user, "item": "book", "quantity": 1, **body}
    return client.post("/v1/orders", json=value, headers=headers)


def inbox(client: httpx.Client, user: str, after: int | None = None) -> list[dict[str, Any]]:
    query = {"poll": 1} if after is None else {"poll": 1, "after": after}
    answer = client.get(f"/v1/users/{user}/notifications", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["notifications"]
    return found


def someone() -> str:
    return f"u-{uuid.uuid4().hex[:10]}"


def sse(response: httpx.Response) -> Any:
    """The events of a stream: each one's data, with its id."""
    event_id = None
    for line in response.iter_lines():
        if line.startswith("id:"):
            event_id = int(line[3:])
        elif line.startswith("data:"):
            yield {"id": event_id, **json.loads(line[5:])}


def notification_counts(stack: Stack) -> Counter[int]:
    """How many orders have how many notifications of their completion."""
    sql = (
        "SELECT n, count(*) FROM (SELECT count(x.order_id) AS n FROM orders o "
        "LEFT JOIN notifications x ON x.order_id = o.id AND x.kind = 'order.completed' "
        "GROUP BY o.id) t GROUP BY n"
    )
    done = stack.run("shell", "database", "--", sql)
    rows = [line.split("|") for line in done.stdout.splitlines() if "|" in line]
    return Counter({int(n): int(count) for n, count in rows if n.strip().isdigit()})


def order_queries(stack: Stack) -> int:
    """How often orders were looked up, on all database nodes together, to the last time.

    A session that has nothing to do hands its statistics over after 10 s (PostgreSQL's
    PGSTAT_IDLE_INTERVAL), so the count is right when it has stood still for longer."""
    nodes = [node["name"] for node in stack.json("status")["tiers"]["database"]["nodes"]]
    first_seen: dict[int, float] = {}

    def look() -> tuple[int, float]:
        count, now = _order_queries(stack, nodes), time.monotonic()
        return count, now - first_seen.setdefault(count, now)

    count, _ = eventually(look, lambda seen: seen[1] > 11, timeout_s=60)
    return count


def _order_queries(stack: Stack, nodes: list[str]) -> int:
    # of a table that is small still it reads all, as soon as its figures say so
    sql = "SELECT idx_scan + seq_scan FROM pg_stat_user_tables WHERE relname = 'orders'"
    total = 0
    for node in nodes:
        lines = docker(
            "exec", f"sdctl-{stack.name}-{node}",
            "psql", "-U", "postgres", "-d", "sdctl", "-qAtc", sql,
        )  # fmt: skip
        total += int(lines[0])
    return total
