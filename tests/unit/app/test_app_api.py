"""What a client sees, as far as it needs no other tier."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest

from sdctl.app.config import Config
from sdctl.app.logs import Log
from sdctl.app.server import App

CONFIG = Config(
    node_name="app-7",
    database_hosts=("postgres-1", "postgres-2"),
    database_name="sdctl",
    database_user="app",
    database_password="secret",
    request_timeout_s=2.0,
    max_body_bytes=1000,
)
ORDER = {"user_id": "u-1", "item": "book", "quantity": 2}


def ask(method: str, path: str, **arguments: Any) -> httpx.Response:
    """One request to an app whose database, cache and queue are all away."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=App(CONFIG, Log()).middleware)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.request(method, path, **arguments)

    return asyncio.run(run())


def assert_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["type"] == f"urn:sdctl:problem:{kind}"
    assert document["request_id"] == answer.headers["x-request-id"]
    return document


def test_every_answer_must_carry_request_id_and_node() -> None:
    answer = ask("GET", "/healthz", headers={"X-Request-ID": "mine"})
    assert answer.headers["x-request-id"] == "mine"
    assert answer.headers["x-served-by"] == "app-7"
    assert len(ask("GET", "/nothing").headers["x-request-id"]) == 32
    # a trailer comes after the head, with the same name maybe
    twice = ask("GET", "/healthz", headers=[("X-Request-ID", "mine"), ("X-Request-ID", "late")])
    assert twice.headers["x-request-id"] == "mine"


def test_a_write_without_a_leader_must_be_refused_as_surely_not_done() -> None:
    answer = ask("POST", "/v1/orders", json=ORDER)
    assert assert_problem(answer, 503, "unavailable")["outcome"] == "refused"
    assert answer.headers["retry-after"] == "1"


def test_a_read_without_a_database_must_be_unavailable() -> None:
    path = "/v1/orders/01a20a29-c2f0-7aab-a809-74bb44038f4f"
    document = assert_problem(ask("GET", path), 503, "unavailable")
    assert document["dependency"] == "database"
    assert "outcome" not in document
    assert_problem(ask("GET", "/v1/orders?user_id=u"), 503, "unavailable")
    assert_problem(ask("GET", "/v1/users/u/notifications?poll=1"), 503, "unavailable")


def test_malformed_json_must_be_400() -> None:
    for body in (b"{", b"", b"\xff"):
        assert_problem(ask("POST", "/v1/orders", content=body), 400, "malformed")


def test_every_wrong_field_must_be_listed() -> None:
    answer = ask("POST", "/v1/orders", json={"user_id": " ", "quantity": 1001})
    errors = assert_problem(answer, 422, "invalid-fields")["errors"]
    assert [error["field"] for error in errors] == ["user_id", "item", "quantity"]
    assert all(error["message"] for error in errors)


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "2"},
        {"quantity": 1.5},
        {"quantity": True},
        {"quantity": 0},
        {"item": "x" * 129},
        {"item": ""},
        {"user_id": "a\x00b"},
        {"user_id": None},
    ],
)
def test_what_is_no_order_must_be_422(changes: dict[str, Any]) -> None:
    assert_problem(ask("POST", "/v1/orders", json={**ORDER, **changes}), 422, "invalid-fields")


def test_a_body_above_the_limit_must_be_413_however_it_is_sent() -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b"x" * 100

    assert_problem(ask("POST", "/v1/orders", content=b"x" * 1001), 413, "too-large")
    assert_problem(ask("POST", "/v1/orders", content=chunks()), 413, "too-large")


def test_a_key_that_is_no_key_must_be_400() -> None:
    answer = ask("POST", "/v1/orders", json=ORDER, headers={"Idempotency-Key": "a b"})
    assert_problem(answer, 400, "malformed")


def test_what_is_not_there_must_be_404_and_a_wrong_method_405() -> None:
    assert_problem(ask("GET", "/nothing"), 404, "not-found")
    assert_problem(ask("GET", "/v1/orders/nonsense"), 404, "not-found")
    answer = ask("DELETE", "/v1/orders")
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


def test_wrong_parameters_must_be_listed() -> None:
    answer = ask("GET", "/v1/orders?limit=0&before=x")
    errors = assert_problem(answer, 422, "invalid-fields")["errors"]
    assert {error["field"] for error in errors} == {"user_id", "limit", "before"}
    answer = ask("GET", "/v1/users/u/notifications", headers={"Last-Event-ID": "x"})
    assert_problem(answer, 422, "invalid-fields")


def test_events_must_say_that_there_is_no_document_store() -> None:
    assert_problem(ask("POST", "/v1/events", json={}), 501, "not-implemented")
    assert_problem(ask("GET", "/v1/events"), 501, "not-implemented")


def test_readiness_must_name_what_is_away() -> None:
    answer = ask("GET", "/readyz")
    assert answer.status_code == 503
    document = answer.json()
    assert document["ready"] is False
    assert "no node answers" in document["dependencies"]["database"]
    assert document["dependencies"]["cache"] == "none in this stack"


def test_statistics_must_have_what_the_observer_reads() -> None:
    document = ask("GET", "/stats").json()
    assert document["rps"] == 0
    assert document["pools"]["leader"] == {"size": 0, "idle": 0, "node": None, "nodes": []}
    assert document["cache"] == {"hits": 0, "misses": 0}


def test_metrics_must_be_prometheus_text() -> None:
    answer = ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "sdctl_in_flight 0.0" in answer.text
    assert 'sdctl_cache_reads_total{result="hit"} 0.0' in answer.text


def test_the_description_must_name_every_route_and_need_nothing_from_elsewhere() -> None:
    document = ask("GET", "/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/orders",
        "/v1/orders/{order_id}",
        "/v1/events",
        "/v1/events/{event_id}",
        "/v1/users/{user_id}/notifications",
    }
    assert "HTTPValidationError" not in json.dumps(document)
    page = ask("GET", "/docs").text
    assert not re.search(r"https?://|src=", page)


def test_the_description_must_tell_the_key_and_an_order_that_can_be_placed() -> None:
    document = ask("GET", "/openapi.json").json()
    [scheme] = document["components"]["securitySchemes"].values()
    assert (scheme["in"], scheme["name"]) == ("header", "X-API-Key")
    body = document["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]
    assert_problem(ask("POST", "/v1/orders", json=body["example"]), 503, "unavailable")
    page = ask("GET", "/docs").text
    assert "X-API-Key: $SDCTL_API_KEY" in page
    assert "sdctl env --export" in page
