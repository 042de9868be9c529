"""The gateway with nobody behind it: whom it lets in, and what it says to the others."""

from __future__ import annotations

import http.client
import json
import socket
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing

import pytest

from tests.integration.yard import KEY, ORDERS, Yard, ask, fenced
from tests.stacks import docker, eventually

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def gateway(
    images: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A gateway with nobody behind it."""
    with fenced(images, tmp_path_factory.mktemp("gateway")) as made:
        yield made.haproxy("gateway")


LET_IN = 503
"""What the gateway says to whom it lets in, as nobody is behind it."""


@pytest.mark.parametrize(
    "keys",
    [
        (), ("",), ("wrong",), (f"{KEY},r1",), (f"r1,{KEY}",), (f"{KEY}, {KEY}",), (f",{KEY}",),
        (f"{KEY},",), (f"{KEY} r1",), (f'"{KEY}"',), (KEY.upper(),), (KEY[:-1],), (KEY, KEY),
        (KEY, "r1"), ("r1", KEY), (KEY, ""), ("", KEY),
    ],
)  # fmt: skip
def test_one_whole_key_must_be_sent(gateway: str, keys: tuple[str, ...]) -> None:
    assert ask(gateway, ORDERS, *keys).status == 401


def test_the_key_must_let_in_whatever_is_around_it_that_http_ignores(gateway: str) -> None:
    assert ask(gateway, ORDERS, KEY).status == LET_IN
    assert ask(gateway, ORDERS, f"  {KEY} ").status == LET_IN


@pytest.mark.parametrize(
    "ids",
    [("aa1, b b",), ("aa1,",), ("aa1", 'b b"2'), ("aa1", ""), ("a" * 65,), ("",), ("aa1", "aa2")],
)
def test_a_request_id_that_is_not_one_whole_word_must_be_replaced(
    gateway: str, ids: tuple[str, ...]
) -> None:
    """Else the service makes another, and its answer seems to be that of another request."""
    with closing(http.client.HTTPConnection(gateway, 8080, timeout=10)) as connection:
        connection.putrequest("GET", ORDERS)
        connection.putheader("X-API-Key", KEY)
        for given in ids:
            connection.putheader("X-Request-ID", given)
        connection.endheaders()
        own = connection.getresponse().headers["X-Request-ID"]
    assert uuid.UUID(own)


def test_a_line_of_the_log_must_be_whole_however_long_the_path(yard: Yard) -> None:
    gateway = yard.haproxy("gateway")
    ask(gateway, "/v1/" + "%22" * 2300, KEY)
    written = f"{yard.network}-gateway"
    lines = eventually(lambda: [line for line in docker("logs", written) if "%22%22" in line], bool)
    assert [json.loads(line)["status"] for line in lines] == [LET_IN]


def test_a_rate_limit_must_let_its_rate_pass_and_no_more(yard: Yard) -> None:
    gateway = yard.haproxy("gateway", "gateway.rate_limit=20")
    began, seconds, counts, waits = time.monotonic(), 4, Counter[int](), set()
    before, slack_s = began, 0.0
    for number in range(40 * seconds):
        time.sleep(max(0.0, began + number / 40 - time.monotonic()))
        now = time.monotonic()
        # a busy machine asks for less at times: then there is less to let pass
        slack_s += now - before if now - before > 1 / 20 else 0.0
        before = now
        answer = ask(gateway, ORDERS, KEY)
        counts[answer.status] += 1
        if answer.status == 429:
            waits.add(answer.headers["Retry-After"])
    took = time.monotonic() - began
    assert counts.keys() == {LET_IN, 429}
    # 20 a second; at its begin the window is empty, and its edges are a request wide
    assert 20 * (took - slack_s) - 8 <= counts[LET_IN] <= 20 * (took + 1) + 8
    assert waits == {"1"}
    assert ask(gateway, ORDERS, "wrong").status == 401, "a wrong key is wrong, however many came"


@pytest.mark.parametrize("sent", [b"", b'{"user_id"'])
def test_a_body_that_stalls_must_be_its_clients_fault(gateway: str, sent: bytes) -> None:
    head = f"POST /v1/orders HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Length: 90\r\n\r\n"
    with socket.create_connection((gateway, 8080), timeout=15) as client:
        client.sendall(head.encode() + sent)
        answer = client.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 408 "), answer
    assert "application/problem+json" in answer
    assert "nothing was done" in answer


START = f"HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (f"POST /v1/orders {START}Content-Length: 70000\r\n", 413),
        ("GET /v1/orders HTTP/1.1\r\nHost: x\r\n", 401),
        (f"GET /nothing {START}", 404),
        (f"OPTIONS * {START}", 404),
        (f"BREW /v1/orders {START}", 405),
        (f"TRACE /v1/orders {START}", 405),
        (f"GET /v1/orders {START}", LET_IN),
    ],
)
def test_every_refusal_must_have_the_same_shape(gateway: str, sent: str, status: int) -> None:
    """Also of what the service would refuse in words of its own."""
    with socket.create_connection((gateway, 8080), timeout=15) as client:
        client.sendall(f"{sent}\r\n".encode())
        answer = http.client.HTTPResponse(client)
        answer.begin()
        told = json.loads(answer.read())
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert list(told)[:5] == ["type", "tier", "title", "status", "detail"]
    assert (told["tier"], told["status"]) == ("gateway", status)
    assert told["detail"]


@pytest.mark.parametrize("tier", ["gateway", "lb"])
def test_http_2_must_be_refused(yard: Yard, tier: str) -> None:
    """It is a hundred requests on a connection, and connections are what is counted: 140 of them,
    without a key, took all the memory that is for 4,000."""
    settings = bytes(3) + b"\4" + bytes(5)
    with socket.create_connection((yard.haproxy(tier), 8080), timeout=15) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings)
        head = client.makefile("rb").read().partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 400 "), head
    assert b"x-request-id" not in head, "none was given"
    assert b"content-type: application/problem+json" in head


@pytest.mark.parametrize("megabytes", [1, 9, 40])
def test_who_sends_too_much_must_read_why(gateway: str, megabytes: int) -> None:
    """By a client that reads nothing before it has sent all."""
    with closing(http.client.HTTPConnection(gateway, 8080, timeout=15)) as client:
        body = b"x" * (megabytes * 1024**2)
        client.request("POST", "/v1/orders", body=body, headers={"X-API-Key": KEY})
        answer = client.getresponse()
        assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
        assert "at most 65536 bytes" in json.loads(answer.read())["detail"]
        assert answer.headers["X-Request-ID"]


def test_one_client_too_many_must_be_refused_and_the_others_served(yard: Yard) -> None:
    gateway = yard.haproxy("gateway", "gateway.max_connections=50")
    kept = http.client.HTTPConnection(gateway, 8080, timeout=10)
    flood, refused = [], 0
    with ExitStack() as held:
        held.callback(kept.close)
        kept.request("GET", "/nothing")
        assert kept.getresponse().read()
        for _ in range(80):
            try:
                client = held.enter_context(socket.create_connection((gateway, 8080), 5))
                client.sendall(b"GET /v1/orders HTTP/1.1\r\nX-Endless: " + b"a" * 12_000)
                client.setblocking(False)
            except ConnectionError:
                refused += 1  # before all was sent; it must not be counted below once more
            else:
                flood.append(client)
        eventually(lambda: refused + sum(map(was_refused, flood)), lambda seen: seen == 81 - 50)
        kept.request("GET", ORDERS, headers={"X-API-Key": KEY})
        assert kept.getresponse().status == LET_IN
        with closing(http.client.HTTPConnection(gateway, 8404, timeout=5)) as reader:
            reader.request("GET", "/stats;csv")
            assert reader.getresponse().status == 401, "who reads the figures has room, and a login"


def was_refused(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
