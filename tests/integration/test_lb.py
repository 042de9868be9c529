"""The balancer in front of replicas that come, break off and go."""

from __future__ import annotations

import base64
import csv
import http.client
import json
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.integration.yard import ORDERS, Yard, ask
from tests.stacks import docker, eventually

pytestmark = pytest.mark.docker


def in_service(lb: str) -> int:
    """How many replicas get requests."""
    with closing(http.client.HTTPConnection(lb, 8404, timeout=5)) as reader:
        login = base64.b64encode(b"observer:the-password").decode()
        reader.request("GET", "/stats;csv", headers={"Authorization": f"Basic {login}"})
        rows = csv.DictReader(reader.getresponse().read().decode().removeprefix("# ").splitlines())
        return sum(row["svname"].startswith("app-") and row["status"] == "UP" for row in rows)


def test_a_replica_that_comes_must_get_nothing_before_it_passed_a_check(yard: Yard) -> None:
    lb = yard.haproxy("lb")
    yard.replica("app-1")
    eventually(lambda: ask(lb).status, lambda status: status == 200)
    answers: list[tuple[int, str]] = []
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            answer = ask(lb)
            answers.append((answer.status, answer.headers["X-Served-By"]))

    with ThreadPoolExecutor(4) as pool:
        going = [pool.submit(go_on) for _ in range(4)]
        try:
            for coming in ("app-2", "app-3", "app-4"):
                yard.replica(coming, ready_after_s=6)
                eventually(lambda: {name for _, name in answers[-50:]}, has(coming))
                if coming == "app-3":
                    # the next one comes where this one was, once that is known to be gone: before,
                    # nobody can tell the two apart
                    docker("rm", "-f", f"{yard.network}-app-3")
                    eventually(lambda: in_service(lb), lambda count: count == 2)
        finally:
            over.set()
        for client in going:
            client.result()
    assert {status for status, _ in answers} == {200}, Counter(answers)


def has(name: str) -> Callable[[set[str]], bool]:
    return lambda seen: name in seen


def test_the_log_must_name_the_node_that_answered(yard: Yard) -> None:
    """HAProxy's own name for it is that of a slot: the first that comes is `app-1`."""
    lb = yard.haproxy("lb")
    yard.replica("app-7")
    eventually(lambda: ask(lb).status, lambda status: status == 200)
    assert ask(lb, "/broken").status == 500
    lines = docker("logs", f"{yard.network}-lb")
    [line] = [json.loads(line) for line in lines if '"/broken"' in line]
    assert line["server"] == "app-7"
    assert line["address"].count(".") == 3


def test_a_refusal_after_a_retry_must_not_say_that_nothing_was_done(yard: Yard) -> None:
    lb = yard.haproxy("lb")
    yard.replica("app-1", breaks_off=True)
    yard.replica("app-2")
    eventually(
        lambda: {ask(lb).headers["X-Served-By"] for _ in range(9)}, {"app-1", "app-2"}.__eq__
    )
    said: Counter[tuple[int, str]] = Counter()
    chance = random.Random(1)
    while not (said[503, "refused"] and said[503, "unknown"]) and said.total() < 200:
        # who is asked first depends on all that were before: reads between change whose turn it is
        for _ in range(chance.randrange(3)):
            ask(lb)
        said[answer_to_a_write(lb)] += 1
    assert said[503, "refused"], f"of some, the one that refused was the first: {said}"
    assert said[503, "unknown"], f"of some, the first had broken off: {said}"
    assert said.keys() <= {(503, "refused"), (503, "unknown"), (502, "unknown"), (0, "unknown")}
    both = said[503, "refused"] + said[503, "unknown"]
    tries = eventually(lambda: refusals(yard), lambda seen: seen.total() >= both)
    assert tries == {0: said[503, "refused"], 1: said[503, "unknown"]}


def test_an_answer_to_another_request_must_reach_nobody(yard: Yard) -> None:
    """And the connection that it came on must not be used again."""
    lb = yard.haproxy("lb")
    yard.replica("app-1")
    eventually(lambda: ask(lb).status, lambda status: status == 200)
    with closing(http.client.HTTPConnection(lb, 8080, timeout=10)) as client:

        def answer(path: str) -> tuple[http.client.HTTPResponse, bytes]:
            client.request("GET", path, headers={"X-Request-ID": str(uuid.uuid4())})
            response = client.getresponse()
            return response, response.read()

        before, _ = answer("/v1/orders")
        again, _ = answer("/v1/orders")
        assert (again.status, again.headers["X-Port"]) == (200, before.headers["X-Port"])
        wrong, said = answer("/v1/another")
        assert (wrong.status, json.loads(said)["outcome"]) == (502, "unknown")
        after, _ = answer("/v1/orders")
        assert after.status == 200
        assert after.headers["X-Port"] != before.headers["X-Port"]


def refusals(yard: Yard) -> Counter[int]:
    """By the log, how many writes got a 503 after so many retries."""
    lines = [line for line in docker("logs", f"{yard.network}-lb") if '"POST"' in line]
    return Counter(line["retries"] for line in map(json.loads, lines) if line["status"] == 503)


def answer_to_a_write(address: str) -> tuple[int, str]:
    """The status, and what the problem says that became of a write with an idempotency key.

    Where the replica breaks off while the body still comes, HAProxy does not ask another, and may
    close the connection without an answer (0). On a busy machine that is often so. It too says
    nothing of the write.
    """
    with closing(http.client.HTTPConnection(address, 8080, timeout=10)) as connection:
        connection.request("POST", ORDERS, b"{}", {"Idempotency-Key": str(uuid.uuid4())})
        try:
            answer = connection.getresponse()
            return answer.status, str(json.loads(answer.read())["outcome"])
        except http.client.RemoteDisconnected:
            return 0, "unknown"
