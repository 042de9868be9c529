"""The whole of sdctl on the smallest stack, in the order in which a user would try it."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import subprocess
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.stacks import ROOT, Stack, docker, eventually

pytestmark = pytest.mark.docker


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


def test_up_must_end_with_every_node_ready(lite: Stack) -> None:
    status = lite.json("status")
    assert status["healthy"] is True
    assert status["profile"] == "lite"
    assert status["faults"] == []
    assert {tier: len(each["nodes"]) for tier, each in status["tiers"].items()} == {
        "gateway": 1, "lb": 1, "app": 2, "worker": 1, "cache": 3, "database": 2, "consensus": 1,
        "queue": 1, "observer": 1,
    }  # fmt: skip
    roles = Counter(node["role"] for node in status["tiers"]["database"]["nodes"])
    assert roles == {"leader": 1, "follower": 1}
    assert status["tiers"]["database"]["leader"].startswith("postgres-")
    assert sum(node["facts"]["slots"] for node in status["tiers"]["cache"]["nodes"]) == 16384


def test_an_order_must_go_through_every_tier_to_one_notification(lite: Stack) -> None:
    user, key = someone(), uuid.uuid4().hex
    with lite.client() as client:
        first = order(client, user, key)
        assert first.status_code == 202
        assert first.json()["status"] == "accepted"
        assert first.headers["X-Served-By"].startswith("app-")
        assert first.headers["X-Request-ID"]
        path = f"/v1/orders/{first.json()['id']}"
        done = eventually(
            lambda: client.get(path).json(), lambda seen: seen["status"] == "completed"
        )
        assert (done["user_id"], done["item"], done["quantity"]) == (user, "book", 1)

        again = order(client, user, key)
        assert (again.status_code, again.json()) == (202, first.json())
        assert order(client, user, key, quantity=2).status_code == 409

        listed = client.get("/v1/orders", params={"user_id": user})
        assert [each["id"] for each in listed.json()] == [first.json()["id"]]
        [notice] = eventually(lambda: inbox(client, user), bool)
        assert notice["order_id"] == first.json()["id"]


def test_reads_must_come_from_a_follower_then_from_the_cache(lite: Stack) -> None:
    leader = lite.leader("database")
    with lite.client() as client:
        placed = order(client, someone()).json()["id"]
        path = f"/v1/orders/{placed}"
        assert client.get(path).status_code == 200, "a client must read what it wrote"
        eventually(lambda: client.get(path).json()["status"], lambda seen: seen == "completed")
        eventually(lambda: client.get(path).headers["X-Cache"], lambda seen: seen == "hit")
        lite.run("shell", "cache", "--", "DEL", f"order:{placed}")
        missed, hit = client.get(path), client.get(path)
        assert missed.headers["X-Cache"] == "miss"
        assert missed.headers["X-Read-From"] not in (None, leader)
        assert hit.headers["X-Cache"] == "hit"
        assert "X-Read-From" not in hit.headers
        assert hit.json() == missed.json()


def test_a_stampede_on_one_key_must_make_one_query(lite: Stack) -> None:
    with lite.client() as client:
        placed = order(client, someone()).json()["id"]
        eventually(
            lambda: client.get(f"/v1/orders/{placed}").headers["X-Cache"],
            lambda seen: seen == "hit",
        )
        lite.run("shell", "cache", "--", "DEL", f"order:{placed}")
        before = order_queries(lite)
        headers = dict(client.headers)
        with (
            httpx.Client(headers=headers, base_url=client.base_url, timeout=15,
                         limits=httpx.Limits(max_connections=100), trust_env=False) as crowd,
            concurrent.futures.ThreadPoolExecutor(100) as pool,
        ):  # fmt: skip
            answers = list(pool.map(lambda _: crowd.get(f"/v1/orders/{placed}"), range(300)))
    assert {answer.status_code for answer in answers} == {200}
    # the statistics of a session reach the table within a second of its end of work
    asked = eventually(lambda: order_queries(lite) - before, lambda count: count > 0, timeout_s=15)
    assert asked <= 2, f"{asked} queries for 300 reads of one key"


def order_queries(stack: Stack) -> int:
    """How often an order was looked up by its id, on all database nodes together."""
    sql = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'orders_pkey'"
    nodes = [node["name"] for node in stack.json("status")["tiers"]["database"]["nodes"]]
    total = 0
    for node in nodes:
        lines = docker(
            "exec", f"sdctl-{stack.name}-{node}",
            "psql", "-U", "postgres", "-d", "sdctl", "-qAtc", sql,
        )  # fmt: skip
        total += int(lines[0])
    return total


def test_the_gateway_must_refuse_what_it_should(lite: Stack) -> None:
    with lite.client() as client:
        for headers in ({}, {"X-API-Key": "wrong"}):
            bare = httpx.get(f"{client.base_url}/v1/orders/x", headers=headers, trust_env=False)
            assert bare.status_code == 401
            assert bare.headers["content-type"] == "application/problem+json"
        assert client.get("/metrics").status_code == 404
        assert client.get("/docs").status_code == 200
        assert httpx.get(f"{client.base_url}/openapi.json", trust_env=False).status_code == 200
        assert order(client, someone(), item="x" * 70_000).status_code == 413
        assert client.post("/v1/orders", content=b"{").status_code == 400
        wrong = order(client, "", quantity=0)
        assert wrong.status_code == 422
        assert "quantity" in wrong.text
        assert "user_id" in wrong.text
        assert client.get(f"/v1/orders/{uuid.uuid4()}").status_code == 404
        given = client.get("/v1/orders/x", headers={"X-Request-ID": "mine-42"})
        assert given.headers["X-Request-ID"] == "mine-42"
        assert client.post("/v1/events", json={"kind": "x"}).status_code == 501


def test_notifications_must_wait_for_a_user_who_is_offline_and_come_once(lite: Stack) -> None:
    user = someone()
    with lite.client() as client:
        placed = [order(client, user).json()["id"] for _ in range(5)]
        waiting = eventually(lambda: inbox(client, user), lambda seen: len(seen) == 5)
        assert sorted(each["order_id"] for each in waiting) == sorted(placed)
        assert [each["id"] for each in waiting] == sorted(each["id"] for each in waiting)
        assert len(inbox(client, user)) == 5, "nothing acknowledged: all of it comes again"

        stream = f"/v1/users/{user}/notifications"
        with client.stream("GET", stream, headers={"Last-Event-ID": str(waiting[2]["id"])}) as live:
            events = sse(live)
            late = [next(events), next(events)]
            assert [each["id"] for each in late] == [each["id"] for each in waiting[3:]]
            sixth = order(client, user).json()["id"]
            assert next(events)["order_id"] == sixth
        last = waiting[-1]["id"] + 1
        assert inbox(client, user, after=last) == []
        assert inbox(client, user) == [], "what was acknowledged must not come again"


def sse(response: httpx.Response) -> Any:
    """The events of a stream: each one's data, with its id."""
    event_id = None
    for line in response.iter_lines():
        if line.startswith("id:"):
            event_id = int(line[3:])
        elif line.startswith("data:"):
            yield {"id": event_id, **json.loads(line[5:])}


def test_load_must_be_answered_and_its_assertions_judged(lite: Stack) -> None:
    result = lite.json("load", "--rps", "50", "--duration", "8s", "--assert", "failed<=0")
    assert result["requests"]["sent"] == 400
    assert result["requests"]["failed"] == result["requests"]["unknown"] == 0
    assert result["assertions"] == [{"expr": "failed<=0", "ok": True}]
    assert result["latency_ms"]["response"]["p99"] >= result["latency_ms"]["response"]["p50"] > 0
    lite.run("load", "--rps", "20", "--duration", "2s", "--assert", "p99<0.001ms", code=8)


def test_killing_the_database_leader_must_lose_no_acknowledged_write(lite: Stack) -> None:
    before = lite.leader("database")
    verdict = lite.json("chaos", "kill-leader", "database", "--rps", "50")
    assert verdict["verdict"] == "pass"
    assert verdict["fault"]["target"] == before == verdict["leader_before"]
    assert verdict["leader_after"] == lite.leader("database") != before
    assert verdict["writes"]["acknowledged"] > 100
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert verdict["rto_ms"] > verdict["rto_resolution_ms"] > 0
    assert verdict["fault"]["healed_at"] > verdict["fault"]["started_at"]
    back = lite.node(before or "")
    assert (back["role"], back["health"]) == ("follower", "ok")


def test_a_crashed_and_a_stopped_leader_must_lose_nothing_either(lite: Stack) -> None:
    for how in ("crash", "stop"):
        verdict = lite.json("chaos", "kill-leader", "database", "--how", how, "--rps", "30")
        assert verdict["verdict"] == "pass", how
        assert verdict["writes"]["lost"] == [], how


def test_a_killed_cache_node_must_stop_no_write(lite: Stack) -> None:
    verdict = lite.json("chaos", "kill-leader", "cache", "--rps", "30", "--for", "8s")
    assert verdict["writes"]["lost"] == []
    assert verdict["requests"]["failed"] <= verdict["requests"]["sent"] * 0.02
    assert lite.json("status")["healthy"]


def test_a_killed_queue_node_must_delay_messages_and_lose_none(lite: Stack) -> None:
    verdict = lite.json("chaos", "kill-leader", "queue", "--rps", "30", "--for", "8s")
    assert verdict["writes"]["lost"] == []
    assert verdict["writes"]["acknowledged"] > 100
    assert verdict["requests"]["failed"] == 0, (
        "an order waits in the outbox while the queue is away"
    )


def test_failing_messages_must_all_be_delivered_once_in_the_end(lite: Stack) -> None:
    lite.up("--set", "worker.retry_delays=[1s, 2s]")
    verdict = lite.json("chaos", "fail-messages", "--rate", "20%", "--for", "10s", "--rps", "30")
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    worker = lite.json("inspect", "worker")["tables"][0]["rows"]
    assert sum(row["failed"] for row in worker) > 0
    letters = lite.json("dlq", "list")
    assert letters, "20 % of 300 messages three times in a row: some must have died"
    shown = lite.json("dlq", "show", letters[0]["id"])
    assert shown["attempts"] == 3
    assert "fail" in shown["error"]
    replayed = lite.json("dlq", "replay", "--all")["replayed"]
    assert sorted(replayed) == sorted(each["id"] for each in letters)
    eventually(lambda: notification_counts(lite), lambda seen: seen.keys() == {1}, timeout_s=60)
    assert lite.json("dlq", "list") == []
    lite.run("dlq", "show", "nonsense", code=7)


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


def test_a_fault_must_end_though_sdctl_was_killed(lite: Stack) -> None:
    target = lite.leader("queue")
    process = subprocess.Popen(
        lite.command("chaos", "kill-leader", "queue", "--for", "6s"),
        env=lite.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        eventually(lambda: lite.json("status")["faults"], bool, timeout_s=60)
        eventually(lambda: lite.node(target or "")["state"], lambda state: state == "exited")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    eventually(lambda: lite.node(target or "")["health"], lambda h: h == "ok", timeout_s=90)
    assert lite.json("status")["faults"] == []


def test_scaling_must_be_found_by_the_balancer_without_a_restart(lite: Stack) -> None:
    before = lite.containers()
    lite.run("scale", "app=4")
    after = lite.containers()
    assert {name for name in before if before[name] != after.get(name)} == {
        f"sdctl-{lite.name}-observer-1"
    }
    with lite.client() as client:
        user = someone()

        def served() -> set[str]:
            query = {"user_id": user}
            return {
                client.get("/v1/orders", params=query).headers["X-Served-By"] for _ in range(40)
            }

        eventually(served, lambda seen: seen == {"app-1", "app-2", "app-3", "app-4"})
        lite.run("scale", "app=2")
        assert served() <= {"app-1", "app-2"}
    lite.run("scale", "cache=5", code=2)
    lite.run("scale", "nonsense=5", code=7)


def test_a_second_up_must_touch_nothing_and_take_seconds(lite: Stack) -> None:
    before, began = lite.containers(), time.monotonic()
    done = lite.json("up")
    assert time.monotonic() - began < 5
    assert done["changed"] is False
    assert lite.containers() == before


def test_a_changed_setting_must_change_only_what_it_concerns(lite: Stack) -> None:
    before = lite.containers()
    lite.up("--set", "gateway.rate_limit=20")
    after = lite.containers()
    changed = {name.removeprefix(f"sdctl-{lite.name}-") for name in before
               if before[name] != after[name]}  # fmt: skip
    assert changed == {"gateway-1", "observer-1"}
    with lite.client() as client:
        answers = [client.get("/v1/orders", params={"user_id": "x"}) for _ in range(60)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert limited[0].headers["Retry-After"] == "1"
    lite.up("--set", "gateway.rate_limit=5000")


def test_every_tier_must_be_inspected_and_have_its_own_client(lite: Stack) -> None:
    for tier in lite.json("status")["tiers"]:
        tables = lite.json("inspect", tier)["tables"]
        assert all(each["title"] for each in tables), tier
        assert len(lite.run("inspect", tier).stdout.splitlines()) > 1
    assert "1 row" in lite.run("shell", "database", "--", "SELECT 1").stdout
    assert lite.run("shell", "redis-2", "--", "PING").stdout.strip() == "PONG"
    assert "orders.work" in lite.run("shell", "queue", "--", "list_queues", "name").stdout
    health = lite.run("shell", "consensus", "--", "endpoint", "health")
    assert "is healthy" in health.stdout + health.stderr
    assert "Uptime" in lite.run("shell", "lb", "--", "show info").stdout
    logged = lite.run("logs", "database", "--tail", "50").stdout
    assert "postgres-1" in logged
    assert "postgres-2" in logged


def test_a_status_must_be_one_quick_readable_call(lite: Stack) -> None:
    shown = lite.run("status").stdout
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    for word in ("postgres-1", "leader", "follower", "lag", "slots", "ready"):
        assert word in shown


def test_bad_input_must_create_nothing_and_say_what_to_do(lite: Stack) -> None:
    other = Stack("e2e-bad", lite.home, port=lite.port)
    taken = other.run("up", "lite", "--set", f"gateway.port={lite.port}", code=2)
    assert "is held by" in taken.stderr
    assert "is free" in taken.stderr
    wrong = other.run("up", "lite", "--set", "app.replicas=0", "--set", "x.y=1", code=2)
    assert "app.replicas" in wrong.stderr
    assert "x:" in wrong.stderr
    other.run("status", code=7)
    unknown = lite.run("inspect", "databse", code=7)
    assert "database" in unknown.stderr
    assert "database" in lite.run("logs", "postgres-7", code=7).stderr
    assert "postgres-1" in lite.run("shell", "postgres-7", code=7).stderr
    assert other.leftovers() == []


def test_a_container_that_dies_must_show_its_last_words(lite: Stack, tmp_path: Path) -> None:
    files = {
        "components/dying.py": (
            "from sdctl.components.component import Component, Layout\n"
            "from sdctl.settings import Settings, Size\n"
            "from sdctl.topology import Image\n"
            "class Dying(Settings):\n    memory: Size = 64 * 1024**2\n"
            "def nodes(settings, plan):\n"
            "    return Layout(component='dying', tier='dying', settings=settings,\n"
            "                  image=Image(name='dying'), networks=('edge',)).expand()\n"
            "COMPONENT = Component(name='dying', tier='dying', summary='', settings=Dying,\n"
            "                      nodes=nodes)\n"
        ),
        "templates/dying/image/Dockerfile": (
            "FROM debian:trixie-slim\nUSER nobody\n"
            'CMD ["sh", "-c", "echo the disk of this node is made of cheese; exit 3"]\n'
        ),
        "dying.yaml": "tiers: [dying, observer]\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    other = Stack("e2e-dying", lite.home)
    try:
        died = other.run("up", str(tmp_path / "dying.yaml"), code=5, SDCTL_PLUGINS=str(tmp_path))
        assert "dying-1 does not stay up" in died.stderr
        assert "made of cheese" in died.stderr
        assert "sdctl logs dying-1" in died.stderr
    finally:
        other.run("down")
    assert other.leftovers() == []


def test_an_interrupted_up_must_be_finished_by_the_next(lite: Stack) -> None:
    lite.run("down")
    for seconds in (1.5, 6.0):
        words = lite.command("up", "lite", "--set", f"gateway.port={lite.port}")
        process = subprocess.Popen(
            words, env=lite.environment, cwd=ROOT, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert lite.up("lite")["healthy"] is True


def test_down_must_leave_nothing(lite: Stack) -> None:
    assert lite.leftovers()
    lite.run("down")
    assert lite.leftovers() == []
    assert not (lite.home / "stacks" / lite.name).exists()
    lite.run("status", code=7)
