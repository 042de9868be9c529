"""HAProxy as it is rendered, run as it runs, in front of stand-ins."""

from __future__ import annotations

import http.client
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sdctl.design import validation
from sdctl.design.topology import expand
from sdctl.targets.compose.bundle import render
from tests.stacks import docker, eventually

KEY = "the-key"
ORDERS = "/v1/orders?user_id=u"
# Answers each request with its own name, its id and the port of the connection; with 503 in the
# first WAIT seconds. A write is refused, or broken off after it was read.
REPLICA = """
import http.server, os, socket, time
began, wait = time.time(), float(os.environ["WAIT"])
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        ready = time.time() - began > wait
        self.send_response(500 if self.path == "/broken" else 200 if ready else 503)
        self.send_header("X-Served-By", socket.gethostname())
        own = self.headers.get("X-Request-Id", "none")
        self.send_header("X-Request-Id", "another" if self.path == "/v1/another" else own)
        self.send_header("X-Port", str(self.client_address[1]))
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
    for place in (folder, *list(folder.parents)[:2]):
        place.chmod(0o755)
    docker("network", "create", network)
    docker("network", "create", f"{network}-found")
    try:
        yield Yard(network, images, folder)
    finally:
        if left := docker("ps", "-aq", "--filter", f"name={network}-"):
            docker("rm", "-f", *left)
        docker("network", "rm", network, f"{network}-found")


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
