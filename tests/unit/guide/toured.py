"""Stacks that answer the tour: sound but for one thing, and with everything as long as it gets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sdctl.foundation.http_messages import HttpAnswer, HttpRequest

LITE = {"gateway": 1, "lb": 1, "app": 2, "worker": 1, "cache": 3, "database": 2, "queue": 1}
ALL = {**LITE, "documents": 3, "search": 1, "collector": 1, "metrics": 1}


class Stack:
    """Answers as a sound stack does, but for the one thing that ``ill`` says."""

    url = "http://127.0.0.1:8080"

    def __init__(self, tiers: Mapping[str, int], ill: str = "") -> None:
        self.tiers = {tier: tuple(f"{tier}-{n + 1}" for n in range(n)) for tier, n in tiers.items()}
        self.ill = ill
        self.orders: dict[str, str] = {}
        self.reads: dict[str, int] = {}
        self.asked = 0

    def headers(self, request: HttpRequest) -> dict[str, str]:
        return {"X-API-Key": "k"}

    def curl(self, request: HttpRequest) -> HttpAnswer:
        self.asked += 1
        if not request.key:
            status = 200 if self.ill == "open" else 401
            return HttpAnswer(
                status=status, headers={"x-served-by": "app-1"} if status == 200 else {}
            )
        replicas = self.tiers["app"][: 1 if self.ill == "one serves" else None]
        headers = {
            "ratelimit-limit": "20",
            "ratelimit-remaining": "20" if self.ill == "counts nothing" else "19",
            "x-request-id": "r",
            "x-served-by": replicas[self.asked % len(replicas)],
        }
        status, more, value = self._answer(request)
        return HttpAnswer(status=status, headers={**headers, **more}, text=json.dumps(value))

    def _answer(self, request: HttpRequest) -> tuple[int, dict[str, str], Any]:
        path = request.path
        if request.method == "POST" and path == "/v1/orders":
            key = request.headers["Idempotency-Key"]
            new = key not in self.orders or self.ill == "twice"
            if new:
                self.orders[key] = f"o-{len(self.orders) + self.asked}"
            made = {"location": f"/v1/orders/{self.orders[key]}"}
            again = {} if new else {"idempotent-replayed": "true"}
            return 202, {**made, **again}, {"id": self.orders[key], "status": "accepted"}
        if path.startswith("/v1/orders/"):
            count = self.reads[path] = self.reads.get(path, 0) + 1
            missed = count == 1 or self.ill == "never cached"
            read = (
                {"x-cache": "miss", "x-read-from": "database-1"} if missed else {"x-cache": "hit"}
            )
            status = "accepted" if self.ill == "no worker" else "completed"
            return 200, read, {"id": path.rpartition("/")[2], "status": status}
        if "/notifications" in path:
            last = list(self.orders.values())[-1]
            notices = [] if "after=" in path and self.ill != "comes again" else [last]
            notices *= {"told twice": 2, "not told": 0}.get(self.ill, 1)
            return 200, {}, {
                "notifications": [{"id": 1, "order_id": order} for order in notices],
                "last_id": 1,
            }  # fmt: skip
        if request.method == "POST":
            self.event = json.loads(request.body or "")
            return 202, {}, {"id": "e-1"}
        if path == "/v1/events/e-1":
            kept = {} if self.ill == "event lost" else self.event
            return 200, {"x-read-from": "documents-2"}, {"document": kept}
        return 200, {}, []

    def inspect(self, tier: str) -> Sequence[Mapping[str, Any]]:
        if tier == "database":
            roles = ["leader", "leader" if self.ill == "two leaders" else "follower"]
            return [{"title": "nodes", "rows": [{"role": role} for role in roles]}]
        if tier == "queue":
            consumers = 0 if self.ill == "no worker" else 1
            return [{"title": "queues", "rows": [{"queue": "orders.work", "consumers": consumers}]}]
        up = 2 if self.ill == "a target is down" else 3
        return [{"title": "targets", "rows": [{"job": "app", "up": up, "of": 3}]}]

    def logs(self, request_id: str) -> Sequence[Mapping[str, Any]]:
        tiers = ["gateway", "lb", "app"][: 1 if self.ill == "no lines" else None]
        return [{"tier": tier, "node": f"{tier}-1", "message": request_id} for tier in tiers]

    def shell(self, node: str, command: str) -> str:
        return "(0 rows)" if self.ill == "follower behind" else command

    def states(self) -> Mapping[str, str]:
        return {"app-1": "ok", "redis-2": "failing" if self.ill == "a node is ill" else "ok"}


class LongAnswers(Stack):
    """The same with everything as long as it is on a real `standard`."""

    def headers(self, request: HttpRequest) -> dict[str, str]:
        return {"X-API-Key": "4b6ba01ec5a385565c560895fc049080115e7109a289625e"}

    def curl(self, request: HttpRequest) -> HttpAnswer:
        short = re.sub(r"01a22460-a0ac-7953-a706-0*([0-9]+)", r"o-\1", request.path)
        answer = super().curl(replace(request, path=short))
        headers = {
            **answer.headers,
            "x-request-id": "f22cc7ad-9ee2-48bd-878a-aec09a5d9e1b",
            "ratelimit-limit": "5000",
            "ratelimit-remaining": "4999",
        }
        if answer.status == 401:
            del headers["ratelimit-limit"], headers["ratelimit-remaining"]
            problem = {"type": "about:blank", "title": "Unauthorized", "status": 401,
                       "detail": "send one valid key in X-API-Key"}  # fmt: skip
            return HttpAnswer(status=401, headers=headers, text=json.dumps(problem))
        value = json.loads(answer.text)
        if short.startswith("/v1/orders/"):
            value = {"user_id": "tour-5e41c014", "item": "book", "quantity": 1, **value}
        if "/notifications" in short:
            more = {"kind": "order.completed", "at": "2026-11-28T22:57:22.255Z"}
            value["notifications"] = [{**notice, **more} for notice in value["notifications"] * 2]
            value["notifications"] = value["notifications"][: 1 if "after=" in short else None]
        text = json.dumps(value)
        if "location" in headers:
            headers["location"] = long_ids(headers["location"])
        return HttpAnswer(status=answer.status, headers=headers, text=long_ids(text))

    def inspect(self, tier: str) -> Sequence[Mapping[str, Any]]:
        if tier == "database":
            more = {"lag bytes": 0, "lag seconds": 0.0, "sync": True, "leaders so far": 1}
            nodes = zip(("leader", "follower", "follower"), range(1, 4), strict=True)
            rows = [{"node": f"postgres-{n}", "role": role, **more} for role, n in nodes]
            return [{"title": "nodes", "rows": rows}]
        if tier == "queue":
            names = ("orders.work", "orders.dead", "orders.retry.1000ms", "orders.retry.16000ms",
                     "orders.retry.4000ms", "2 × live notifications")  # fmt: skip
            more = {"type": "quorum", "leader": "rabbitmq-1", "ready": 0, "unacked": 0,
                    "consumers": 2, "online": "3/3"}  # fmt: skip
            return [{"title": "queues", "rows": [{"queue": name, **more} for name in names]}]
        jobs = ("app", "cache", "consensus", "database", "documents", "gateway", "lb", "metrics",
                "observer", "queue", "search", "worker")  # fmt: skip
        return [{"title": "targets", "rows": [{"job": job, "up": 3, "of": 3} for job in jobs]}]

    def logs(self, request_id: str) -> Sequence[Mapping[str, Any]]:
        return [{**line, "message": "x" * 70} for line in super().logs(request_id) * 4]

    def shell(self, node: str, command: str) -> str:
        head = " id | status \n----+--------\n"
        return f"{head} {command[-38:]} | completed\n(1 row)\n{command}"


def long_ids(text: str) -> str:
    return re.sub(
        r"\bo-([0-9]+)", lambda found: f"01a22460-a0ac-7953-a706-{int(found[1]):012}", text
    )
