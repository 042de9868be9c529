"""Events on a real stack: any JSON, found again, and not one acknowledged event lost."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.orders import order
from tests.stacks import Stack, docker, eventually, in_three

pytestmark = pytest.mark.docker
SEARCHABLE_S = 5.0
ODD = {
    "kind": "odd", "a.b": {"$set": [1, {"deep": None}]}, "$where": "1", "": "empty key", "é": "ü",
    "numbers": [0, -1, 2**53, 1.5, 1e300], "nested": {"list": [[], [[]], {}]}, "flag": False,
}  # fmt: skip


def keep(client: httpx.Client, document: Any, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/v1/events", json=document, headers=headers)


def test_any_json_object_must_come_back_as_it_was(standard: Stack) -> None:
    with standard.client() as client:
        kept = keep(client, ODD)
        assert kept.status_code == 202
        found = eventually(
            lambda: client.get(f"/v1/events/{kept.json()['id']}"), lambda a: a.status_code == 200
        )
        assert found.json()["document"] == ODD
        by_kind = client.get("/v1/events", params={"kind": "odd", "limit": 1}).json()
        assert [event["id"] for event in by_kind] == [kept.json()["id"]]


def test_what_is_no_object_or_too_large_must_be_refused_and_a_key_count_once(
    standard: Stack,
) -> None:
    with standard.client() as client:
        assert keep(client, [1]).status_code == 422
        assert keep(client, {"a": "x" * 70_000}).status_code == 413
        first, again = (keep(client, {"kind": "once"}, "once-1") for _ in range(2))
        assert first.json() == again.json()
        assert again.headers["idempotent-replayed"] == "true"
        assert keep(client, {"kind": "twice"}, "once-1").status_code == 409
        assert len(client.get("/v1/events", params={"kind": "once"}).json()) == 1


def test_an_event_must_be_searchable_within_five_seconds(standard: Stack) -> None:
    def soon() -> None:
        with standard.client() as client:
            event = keep(client, {"kind": "findme", "text": "a needle"}).json()["id"]
        query = f"kind:event AND id:{event} AND document:needle"
        eventually(
            lambda: standard.run("--json", "logs", "--search", query).stdout,
            lambda text: bool(text) and json.loads(text.splitlines()[0])["id"] == event,
            timeout_s=SEARCHABLE_S,
        )

    in_three(soon)


def test_a_killed_leader_must_lose_no_acknowledged_event(standard: Stack) -> None:
    before = standard.leader("documents")
    verdict = standard.json("chaos", "kill-leader", "documents", "--rps", "50")
    assert verdict["verdict"] == "pass"
    assert verdict["leader_before"] == before
    assert verdict["leader_after"] not in (None, before)
    assert verdict["writes"]["acknowledged"] > 100
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    # each document says what was sent
    assert verdict["writes"]["altered"] == []


def test_without_its_store_events_must_be_503_and_orders_go_on(standard: Stack) -> None:
    names = docker(
        "ps", "--filter", f"label=sdctl.stack={standard.name}",
        "--filter", "label=sdctl.tier=documents", "--format", "{{.Names}}",
    )  # fmt: skip
    assert len(names) == 3
    docker("kill", *names)
    try:
        with standard.client() as client:
            refused = eventually(lambda: keep(client, {"n": 1}), lambda a: a.status_code == 503)
            assert "retry-after" in refused.headers
            assert [order(client, "unmoved").status_code for _ in range(10)] == [202] * 10
            assert client.get("/v1/events").status_code == 503
    finally:
        docker("start", *names)
    eventually(
        lambda: standard.json("status")["tiers"]["documents"],
        lambda tier: tier["healthy"] and tier["leader"] is not None,
        timeout_s=120,
    )
    with standard.client() as client:
        eventually(
            lambda: keep(client, {"n": 2}).status_code, lambda status: status == 202, timeout_s=30
        )


def test_inspect_must_show_collections_and_replication(standard: Stack) -> None:
    tables = {t["title"]: t["rows"] for t in standard.json("inspect", "documents")["tables"]}
    assert len(tables["nodes"]) == 3
    [events] = [row for row in tables["collections"] if row["collection"] == "events"]
    assert events["documents"] > 100
    assert "once_by_key" in events["indexes"]


def test_documents_must_be_looked_at_in_the_words_of_mongodbs_shell(standard: Stack) -> None:
    standard.run("shell", "documents", "--", 'db.mine.insertOne({"a": 1, "b": "x"})')
    found = standard.run("shell", "documents", "--", "db.mine.find({a: 1}).limit(3)").stdout
    assert '"x"' in found or "'x'" in found
    standard.run("shell", "documents", "--", "db.mine.deleteMany({})")


def test_up_must_prove_every_tier_by_one_order_and_the_tour_leave_nothing_out(
    standard: Stack,
) -> None:
    proof = standard.json("up")["proof"]
    assert {step["tier"] for step in proof} == {
        "gateway", "lb", "worker", "cache", "database", "queue", "documents", "metrics", "search",
    }  # fmt: skip
    assert all(step["seen"] for step in proof)
    acts = [act for step in standard.json("tour")["steps"] for act in step["acts"]]
    assert [act["left_out"] for act in acts if act["left_out"]] == []
    assert all(one["holds"] for act in acts for one in act["promises"])
