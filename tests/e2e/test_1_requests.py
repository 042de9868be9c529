"""One request after another through the smallest stack, as a client sees it."""

from __future__ import annotations

import concurrent.futures
import json
import shutil
import subprocess
import uuid
from collections import Counter

import httpx
import pytest

from tests.command_lines import with_secrets
from tests.full_machine import bad
from tests.ill_clients import (
    Crowd,
    crowding,
    dripping_body,
    dripping_head,
    endless_body,
    endless_head,
    idle_stream,
)
from tests.orders import inbox, order, order_queries, someone, sse
from tests.stacks import Stack, docker, eventually, in_three

pytestmark = pytest.mark.docker


def test_up_must_end_with_every_node_ready(lite: Stack) -> None:
    status = lite.json("status")
    assert status["healthy"] is True
    assert status["profile"] == "lite"
    assert status["faults"] == []
    assert {tier: len(state["nodes"]) for tier, state in status["tiers"].items()} == {
        "gateway": 1, "lb": 1, "app": 2, "worker": 1, "cache": 3, "database": 2, "consensus": 1,
        "queue": 1, "fencing": 1, "observer": 1,
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
        assert [order["id"] for order in listed.json()] == [first.json()["id"]]
        [notice] = eventually(lambda: inbox(client, user), bool)
        assert notice["order_id"] == first.json()["id"]


def test_every_sentence_of_the_tour_must_hold_and_tiers_that_are_off_be_said(lite: Stack) -> None:
    steps = {step["step"]: step["acts"] for step in lite.json("tour")["steps"]}
    assert len(steps) == 9
    promises = [one for acts in steps.values() for act in acts for one in act["promises"]]
    assert len(promises) >= 18
    assert [one["says"] for one in promises if not one["holds"]] == []
    left_out = [name for name, acts in steps.items() for act in acts if act["left_out"]]
    assert left_out == ["documents", "documents", "observability", "observability"]
    shown = lite.run("tour", "4").stdout
    for word in ("sdctl --stack", "X-Cache", "hit", "✓", "To try"):
        assert word in shown


def test_a_request_by_hand_must_have_the_key_and_say_what_matters(lite: Stack) -> None:
    body = '{"user_id": "ada", "item": "book", "quantity": 1}'
    made = lite.json("curl", "POST", "/v1/orders", "--body", body)
    assert (made["status"], made["body"]["status"]) == (202, "accepted")
    shown = lite.run("curl", "get", f"/v1/orders/{made['body']['id']}")
    assert json.loads(shown.stdout)["item"] == "book"
    for word in ("200 OK", "X-Request-ID", "X-Served-By", "X-Cache"):
        assert word in shown.stderr
    assert lite.json("curl", "GET", "/v1/orders/x", "--no-key")["status"] == 401
    assert "Did you mean /v1/orders" in lite.run("curl", "GET", "v1/orders", code=2).stderr
    assert "nobody else" in lite.run("curl", "GET", "http://example.org/x", code=2).stderr
    line = lite.run("curl", "POST", "/v1/orders", "--body", body, "--dry-run").stdout
    if shutil.which("curl"):
        pasted = subprocess.run(line, shell=True, capture_output=True, text=True, check=True)
        assert "202 Accepted" in pasted.stdout


def test_a_users_list_must_show_at_once_what_they_placed(lite: Stack) -> None:
    user, placed = someone(), []
    with lite.client() as client:
        for _ in range(30):
            placed.insert(0, order(client, user).json()["id"])
            listed = client.get("/v1/orders", params={"user_id": user, "limit": 50})
            assert [order["id"] for order in listed.json()] == placed


def test_reads_must_come_from_a_follower_then_from_the_cache(lite: Stack) -> None:
    leader = lite.leader("database")

    def read(client: httpx.Client) -> None:
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

    with lite.client() as client:
        # a follower that is late is not asked, and a cache that is late is passed by
        in_three(lambda: read(client))


def test_a_stampede_on_one_key_must_make_one_query(lite: Stack) -> None:
    with lite.client() as client:
        placed = order(client, someone()).json()["id"]
    # A machine that stands still for half a second makes the cache look dead meanwhile, and then
    # every reader in turn asks the database. It does not do so three times running.
    asked: list[int] = []
    while len(asked) < 3 and 1 not in asked:
        before = order_queries(lite)
        lite.run("shell", "cache", "--", "DEL", f"order:{placed}")
        _read_at_once(lite, f"/v1/orders/{placed}")
        asked.append(order_queries(lite) - before)
    assert 1 in asked, f"{asked} queries for 300 reads of one key"


def _read_at_once(lite: Stack, path: str) -> None:
    """Read it 300 times, 100 at a time."""
    with lite.client() as client, concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: client.get(path), range(300)))
    assert {answer.status_code for answer in answers} == {200}


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
        assert order(client, someone(), item="x" * 20_000_000).status_code == 413
        assert client.post("/v1/orders", content=b"{").status_code == 400
        wrong = order(client, "", quantity=0)
        assert wrong.status_code == 422
        assert "quantity" in wrong.text
        assert "user_id" in wrong.text
        assert client.get(f"/v1/orders/{uuid.uuid4()}").status_code == 404
        given = client.get("/v1/orders/x", headers={"X-Request-ID": "mine-42"})
        assert given.headers["X-Request-ID"] == "mine-42"
        assert client.post("/v1/events", json={"kind": "x"}).status_code == 501


def test_the_edge_must_be_served_by_the_gateway_alone(lite: Stack) -> None:
    """From a container on that network; who is not found there is not there."""
    ask = (
        "import concurrent.futures, http.client, sys\n"
        "def ask(place):\n"
        "    host, _, rest = place.partition(':')\n"
        "    port, _, path = rest.partition('/')\n"
        "    try:\n"
        "        client = http.client.HTTPConnection(host, int(port), timeout=20)\n"
        "        client.request('GET', '/' + path)\n"
        "        return client.getresponse().status\n"
        "    except OSError:\n"
        "        return 'away'\n"
        "with concurrent.futures.ThreadPoolExecutor(20) as pool:\n"
        "    print(*pool.map(ask, sys.argv[1:]), sep='\\n')\n"
    )
    image = docker("inspect", "-f", "{{.Config.Image}}", f"sdctl-{lite.name}-app-1")[0]
    orders = "v1/orders?user_id=u"
    away = (f"app:8000/{orders}", "app-1:8000/stats", f"lb:8080/{orders}", "lb:8404/stats",
            "observer-1:8000/", "postgres-1:8008/", "etcd-1:2379/version")  # fmt: skip
    asked = (f"gateway:8080/{orders}", "gateway:8404/stats", "gateway:8404/metrics", *away)
    asked += ("redis-1:6379/", "rabbitmq-1:5672/", "rabbitmq-1:15672/", "postgres-1:5432/")
    network = f"sdctl-{lite.name}_edge"
    seen = docker("run", "--rm", "--network", network, image, "python3", "-c", ask, *asked)
    assert seen == ["401", *["away"] * (len(asked) - 1)]


def test_no_container_may_reach_out_of_the_machine(lite: Stack) -> None:
    """No route leads out, or no answer would find the way back."""
    networks = docker("network", "ls", "-q", "--filter", f"label=sdctl.stack={lite.name}")
    how = '{{.Internal}} {{index .Options "com.docker.network.bridge.enable_ip_masquerade"}}'
    seen = set(docker("network", "inspect", "-f", how, *networks))
    assert seen <= {"true ", "true <no value>", "false false"}
    assert "false false" in seen


def test_no_secret_may_be_on_a_command_line_or_in_a_log(lite: Stack) -> None:
    assert len(lite.secrets()) > 10
    assert lite.shown == [], "seen while it was brought up for the first time"
    assert with_secrets(lite) == set()
    for name in lite.containers():
        done = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=True)
        said = [s for s, value in lite.secrets().items() if value in done.stdout + done.stderr]
        assert said == [], name


def test_who_does_ill_must_fail_no_request_of_others(lite: Stack) -> None:
    """Heads and bodies that drip or never end, and idle event streams, beside a usual load."""
    ill = {dripping_head: 500, endless_head: 20, endless_body: 20, dripping_body: 50,
           idle_stream: 500}  # fmt: skip
    crowd = Crowd(lite.port, lite.json("env")["api_key"])
    words = ("--json", "load", "--rps", "100", "--workload", "orders", "--duration", "8s")

    def served() -> None:
        """Any exit code: on a full machine its times are not judged. Failures stay facts, but not
        three times running."""
        seen = json.loads(lite.run(*words, code=None).stdout)
        assert seen["requests"]["ok"] > 0
        assert bad(seen) == 0, seen["requests"]

    turned_away = {"dripping_head 408": 500, "endless_head 400": 1, "endless_body 413": 1,
                   "dripping_body 408": 1}  # fmt: skip
    with crowding(crowd, ill) as counted:
        in_three(served)
        eventually(
            lambda: {answer: counted[answer] for answer in turned_away},
            lambda seen: all(seen[answer] >= least for answer, least in turned_away.items()),
        )
    assert counted["idle_stream now"] == 500, counted
    assert lite.json("status")["healthy"] is True


def test_notifications_must_wait_for_a_user_who_is_offline_and_come_once(lite: Stack) -> None:
    user = someone()
    with lite.client() as client:
        placed = [order(client, user).json()["id"] for _ in range(5)]
        waiting = eventually(lambda: inbox(client, user), lambda seen: len(seen) == 5)
        assert sorted(notice["order_id"] for notice in waiting) == sorted(placed)
        assert [notice["id"] for notice in waiting] == sorted(notice["id"] for notice in waiting)
        assert len(inbox(client, user)) == 5, "nothing acknowledged: all of it comes again"

        stream = f"/v1/users/{user}/notifications"
        with client.stream("GET", stream, headers={"Last-Event-ID": str(waiting[2]["id"])}) as live:
            events = sse(live)
            late = [next(events), next(events)]
            assert [notice["id"] for notice in late] == [notice["id"] for notice in waiting[3:]]
            sixth = order(client, user).json()["id"]
            assert next(events)["order_id"] == sixth
        last = waiting[-1]["id"] + 1
        assert inbox(client, user, after=last) == []
        assert inbox(client, user) == [], "what was acknowledged must not come again"
