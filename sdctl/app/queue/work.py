"""One work message; ``queues.py`` says how it looks on its way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from pamqp.commands import Basic

from sdctl.app.times import iso, utc_now

_FAILURE = ("x-error", "x-failed-at", "x-failed-by")


class MalformedMessageError(Exception):
    """The message is not one of ours; no attempt can succeed."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One work message."""

    order_id: str
    user_id: str
    item: str
    quantity: int
    request_id: str
    traceparent: str
    app_id: str = ""
    attempt: int = 1
    first_published_at: str = field(default_factory=lambda: iso(utc_now()))
    replayed: int = 0
    failure: dict[str, str] = field(default_factory=dict)
    """Why and where the attempt before this one failed; empty before any did."""

    def body(self) -> bytes:
        return orjson.dumps(
            {
                "order_id": self.order_id,
                "user_id": self.user_id,
                "item": self.item,
                "quantity": self.quantity,
            }
        )

    def properties(self) -> Basic.Properties:
        headers: dict[str, Any] = {
            "x-attempt": self.attempt,
            "x-order-id": self.order_id,
            "x-request-id": self.request_id,
            "traceparent": self.traceparent,
            "x-first-published-at": self.first_published_at,
            **self.failure,
        }
        if self.replayed:
            headers["x-replayed"] = self.replayed
        return Basic.Properties(
            content_type="application/json",
            delivery_mode=2,
            message_id=self.order_id,
            correlation_id=self.request_id,
            timestamp=datetime.fromisoformat(self.first_published_at).replace(microsecond=0),
            app_id=self.app_id,
            headers=headers,
        )

    def failed(self, error: str, by: str) -> Work:
        """The same message, saying why and where its attempt failed."""
        at = iso(utc_now())
        failure = dict(zip(_FAILURE, (error[:1000], at, by), strict=True))
        return replace(self, failure=failure)

    def next_attempt(self) -> Work:
        return replace(self, attempt=self.attempt + 1)


def parse_work(body: bytes, properties: Basic.Properties) -> Work:
    """Read a message. Raises MalformedMessageError."""
    headers = properties.headers or {}
    try:
        document = orjson.loads(body)
        attempt = headers.get("x-attempt", 1)
        replayed = headers.get("x-replayed", 0)
        return Work(
            order_id=str(document["order_id"]),
            user_id=str(document["user_id"]),
            item=str(document["item"]),
            quantity=int(document["quantity"]),
            request_id=str(headers.get("x-request-id") or properties.correlation_id or ""),
            traceparent=str(headers.get("traceparent", "")),
            app_id=properties.app_id or "",
            attempt=max(1, attempt) if isinstance(attempt, int) else 1,
            first_published_at=iso(
                datetime.fromisoformat(str(headers["x-first-published-at"]))
                if "x-first-published-at" in headers
                else (properties.timestamp or utc_now())
            ),
            replayed=int(replayed) if isinstance(replayed, int) else 1,
            failure={name: str(headers[name]) for name in _FAILURE if name in headers},
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise MalformedMessageError(f"not a work message: {exc!r}") from exc
