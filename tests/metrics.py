"""Prometheus as its own HTTP interface shows it, for tests on a real stack."""

from __future__ import annotations

from typing import Any

import httpx

TIERS = ("gateway", "lb", "app", "worker", "cache", "database", "consensus", "queue", "observer",
         "metrics", "containers", "documents", "search", "collector")  # fmt: skip


class Prometheus:
    """A Prometheus that is exposed on loopback."""

    def __init__(self, url: str) -> None:
        """With the login in the URL, as `sdctl env` shows it."""
        self._client = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer; an error of a query fails the test with its words."""
        answer = self._client.get(f"/api/v1/{path}", params=parameters).json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples that an expression has now."""
        result: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return result

    def rules(self) -> list[dict[str, Any]]:
        """Every rule, recording or alerting."""
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]

    def targets(self) -> list[dict[str, Any]]:
        """Every target that it asks."""
        found: list[dict[str, Any]] = self.ask("targets", state="active")["activeTargets"]
        return found
