"""Whether an answer is older than what its client had already been promised.

A client's order was acknowledged before the read was sent. So an answer without it is stale: 404
for its id, an answer that has something else than was written, or a list of the client's newest
orders that lacks it although the page reaches so far back. Order ids grow with time (UUIDv7), so a
full page reaches back to its smallest id.
"""

from __future__ import annotations

import json

from sdctl.workloads.workload import Request


def is_stale(request: Request, status: int, body: bytes) -> bool | None:
    """Whether the answer to a read is stale; None when it cannot tell (an error, no JSON list)."""
    missing = [text for text in request.shows if text.encode() not in body]
    if request.key:
        return True if status == 404 else bool(missing) if 200 <= status < 300 else None
    if not request.shows or status != 200:
        return None
    if not missing:
        return False
    page = _ids(body)
    if page is None:
        return None
    reaches = min(page) if page and len(page) >= request.page else ""
    return any(order_id > reaches for order_id in missing)


def _ids(body: bytes) -> list[str] | None:
    """The ids of a JSON list of objects; None when the body is something else."""
    try:
        return [str(order["id"]) for order in json.loads(body)]
    except (ValueError, TypeError, KeyError):
        return None
