"""The gateway and the balancer as they are rendered, run as they run, in front of stand-ins."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sdctl.design import validation
from sdctl.design.topology import expand
from sdctl.targets.compose.bundle import render
from tests.stacks import docker, eventually

pytestmark = pytest.mark.docker
KEY = "the-key"
ORDERS = "/v1/orders?user_id=u"
# Answers each request with its own name, and 503 in the first WAIT seconds. A write is refused, or
# broken off after it was read.
REPLICA = """
import http.server, os, socket, time
began, wait = time.time(), float(os.environ["WAIT"])
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        ready = time.time() - began > wait
        self.send_response(500 if self.path == "/broken" else 200 if ready else 503)
        self.send_header("X-Served-By", socket.gethostname())
        self.send_header("Content-Length", "0")
        self.end_headers()
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if os.environ["BREAKS_OFF"] == "yes":
            return self.connection.shutdown(socket.SHUT_RDWR)
        body = b'{"status":503,"outcome":"refused"}'
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""


@dataclass
class Yard:
    """A network of its own, the containers that a test puts on it, and a second network, on which
    the balancer finds the replicas."""

    network: str
    images: Mapping[str, str]
    folder: Path

    @property
    def found(self) -> str:
        return f"{self.network}-found"

    def run(self, name: str, image: str, *words: str, alias: str = "", **env: str) -> str:
        """Start a container; its address."""
        variables = [word for pair in env.items() for word in ("-e", "=".join(pair))]
        container = f"{self.network}-{name}"
        docker(
            "run", "-d", "--init", "--name", container, "--hostname", name,
            "--network", self.network, "--network-alias", alias or name,
            "-v", f"{self.folder}/{name}:/etc/sdctl:ro", *variables, self.images[image], *words,
        )  # fmt: skip
        where = f'{{{{(index .NetworkSettings.Networks "{self.network}").IPAddress}}}}'
        [address] = docker("inspect", "-f", where, container)
        return address

    def haproxy(self, tier: str, *overrides: str) -> str:
        """The tier's HAProxy with the configuration that it would have in a stack."""
        chosen = validation.load("lite", overrides)
        files = render(expand("yard", chosen)).files
        config = self.folder / tier
        config.mkdir(mode=0o755)
        (config / "haproxy.cfg").write_text(files[f"config/{tier}/haproxy.cfg"])
        (config / "haproxy.cfg").chmod(0o644)
        address = self.run(tier, "haproxy", API_KEY=KEY, STATS_PASSWORD="the-password")
        docker("network", "connect", self.found, f"{self.network}-{tier}")
        eventually(lambda: reachable(address), bool)
        return address

    def replica(self, name: str, *, ready_after_s: float = 0, breaks_off: bool = False) -> None:
        """One that listens already when it is found."""
        env = {"WAIT": str(ready_after_s), "BREAKS_OFF": "yes" if breaks_off else "no"}
        address = self.run(name, "python", "python3", "-c", REPLICA, alias="none", **env)
        eventually(lambda: reachable(address, 8000), bool)
        words = ("--alias", "app", self.found, f"{self.network}-{name}")
        docker("network", "connect", *words)


@contextmanager
def fenced(images: Mapping[str, str], folder: Path) -> Iterator[Yard]:
    """A yard, and nothing left of it."""
    network = f"sdctl-yard-{uuid.uuid4().hex[:8]}"
    for each in (folder, *list(folder.parents)[:2]):
        each.chmod(0o755)
    docker("network", "create", network)
    docker("network", "create", f"{network}-found")
    try:
        yield Yard(network, images, folder)
    finally:
        if left := docker("ps", "-aq", "--filter", f"name={network}-"):
            docker("rm", "-f", *left)
        docker("network", "rm", network, f"{network}-found")


@pytest.fixture
def yard(images: Mapping[str, str], tmp_path: Path) -> Iterator[Yard]:
    with fenced(images, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def gateway(
    images: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A gateway with nobody behind it."""
    with fenced(images, tmp_path_factory.mktemp("gateway")) as made:
        yield made.haproxy("gateway")


def reachable(address: str, port: int = 8080) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def ask(address: str, path: str = ORDERS, *keys: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, 8080, timeout=10)
    connection.putrequest("GET", path)
    for key in keys:
        connection.putheader("X-API-Key", key)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


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


def test_a_rate_limit_must_let_its_rate_pass_and_no_more(yard: Yard) -> None:
    gateway = yard.haproxy("gateway", "gateway.rate_limit=20")
    began, seconds, counts, waits = time.monotonic(), 4, Counter[int](), set()
    for number in range(40 * seconds):
        time.sleep(max(0.0, began + number / 40 - time.monotonic()))
        answer = ask(gateway, ORDERS, KEY)
        counts[answer.status] += 1
        if answer.status == 429:
            waits.add(answer.headers["Retry-After"])
    took = time.monotonic() - began
    assert counts.keys() == {LET_IN, 429}
    # 20 a second; at its begin the window is empty, and its edges are a request wide
    assert 20 * took - 8 <= counts[LET_IN] <= 20 * (took + 1) + 8
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
                    # the next one comes where this one was
                    docker("rm", "-f", f"{yard.network}-app-3")
        finally:
            over.set()
        for each in going:
            each.result()
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
    said = Counter(outcome_of_a_write(lb) for _ in range(12))
    lines = [line for line in docker("logs", f"{yard.network}-lb") if '"POST"' in line]
    tries = Counter((line["status"], line["retries"]) for line in map(json.loads, lines))
    assert tries[503, 0], "of some, the one that refused was the first"
    assert tries[503, 1], "of some, the first had broken off"
    assert said == {"refused": tries[503, 0], "unknown": 12 - tries[503, 0]}


def outcome_of_a_write(address: str) -> str:
    """What the problem says that became of a write with an idempotency key.

    HAProxy closes about one connection in 1,500 without an answer, when the replica breaks off
    while the body still comes. That too says nothing of the write.
    """
    with closing(http.client.HTTPConnection(address, 8080, timeout=10)) as connection:
        connection.request("POST", ORDERS, b"{}", {"Idempotency-Key": str(uuid.uuid4())})
        try:
            return str(json.loads(connection.getresponse().read())["outcome"])
        except http.client.RemoteDisconnected:
            return "unknown"
