"""A dead letter: a message that was given up, as a document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiormq.abc import DeliveredMessage

from sdctl.app.queue.work import MalformedMessageError, Work, parse_work


@dataclass(frozen=True)
class Letter:
    """One dead letter and the delivery that holds it while it is looked at."""

    message: DeliveredMessage

    @property
    def id(self) -> str:
        return self.message.header.properties.message_id or "?"

    def document(self) -> dict[str, Any]:
        """What a person wants to know of it."""
        properties = self.message.header.properties
        headers: dict[str, Any] = dict(properties.headers or {})
        deaths = headers.get("x-death") or [{}]
        return {
            "id": self.id,
            "attempts": headers.get("x-attempt"),
            "error": headers.get("x-error") or _broker_reason(deaths[0]),
            "failed_at": headers.get("x-failed-at"),
            "failed_by": headers.get("x-failed-by"),
            "first_published_at": headers.get("x-first-published-at"),
            "replayed": headers.get("x-replayed", 0),
            "request_id": properties.correlation_id,
            "body": self._body(),
        }

    def _body(self) -> Any:
        try:
            return json.loads(self.message.body)
        except ValueError:  # it is here because nobody could read it
            return self.message.body.decode(errors="replace")

    @property
    def work(self) -> Work | None:
        """What was asked for; None for a message that nobody can read, which stays."""
        try:
            return parse_work(self.message.body, self.message.header.properties)
        except MalformedMessageError:
            return None


def _broker_reason(death: dict[str, Any]) -> str | None:
    """Why the broker itself moved it: ``delivery_limit``, ``rejected`` …"""
    return str(death["reason"]) if "reason" in death else None
