"""``python3 -m sdctl.observer.fencing``: watches the leaders that Patroni chose.

``FENCED``: the tiers and their scopes, ``database=sdctl,documents=documents``. It reads the
kernel's control groups, which are mounted read-only, and takes a dead leader's key away in the
consensus store. What it sees it says at ``GET /``, as JSON.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sdctl.observer.client_certificate import shown
from sdctl.observer.fencing.consensus import Consensus, Unavailable
from sdctl.observer.fencing.control_groups import ControlGroups
from sdctl.observer.fencing.fence import Fence

GROUPS = Path("/cgroup")
BOOT = Path("/proc/sys/kernel/random/boot_id")
LOOK_S = 0.1
"""Between two looks at the control groups."""
READ_S = 1.0
"""Between two readings of the consensus store, while no group ends."""
PORT = 8080


class Watch:
    """All fences, and what they share."""

    def __init__(self, fences: Sequence[Fence], groups: ControlGroups) -> None:
        self.fences = fences
        self.failure = ""
        """Why the store could not be read; empty: it could."""
        self.alive: frozenset[str] = frozenset()
        self._groups = groups
        self._read_at = float("-inf")

    def step(self, now: float) -> None:
        """Look once. The store is read when it is time, or when a group has ended."""
        alive = frozenset(n for n, found in self._groups.look().items() if found.processes)
        ended, self.alive = self.alive - alive, alive
        if ended or now >= self._read_at + READ_S:
            self._read_at = now
            self._read()

    def _read(self) -> None:
        try:
            for fence in self.fences:
                fence.read()
            self._groups.watch([name for fence in self.fences for name in fence.groups])
            for fence in self.fences:
                fence.judge(self._groups)
        except Unavailable as error:
            self.failure = str(error)
        else:
            self.failure = ""

    def to_json(self) -> dict[str, object]:
        """What the probe shows."""
        return {
            "failure": self.failure,
            "watched": len(self.alive),
            "revoked": sum(fence.revoked for fence in self.fences),
            "tiers": [
                {"tier": fence.tier, "leader": fence.leader, "says": fence.why}
                for fence in self.fences
            ],
        }


def made() -> Watch:
    """By the environment."""
    kernel = BOOT.read_text().strip()
    hosts = os.environ["CONSENSUS_HOSTS"].split(",")
    context = shown(os.environ["CONSENSUS_PEM"])
    pairs = (pair.split("=") for pair in os.environ["FENCED"].split(","))
    store = Consensus(hosts, context, os.environ["CONSENSUS_PASSWORD"])
    fences = [Fence(tier, scope, store, kernel) for tier, scope in pairs]
    return Watch(fences, ControlGroups(GROUPS, kernel))


def serve(watch: Watch) -> None:
    """Answer questions in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 60

        def do_GET(self) -> None:
            body = json.dumps(watch.to_json()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # who asked has gone
                self.end_headers()
                self.wfile.write(body)

        def log_request(self, *_: object) -> None:
            """Nobody asks who asked."""

    server = ThreadingHTTPServer(("", PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> None:
    """Watch until told to stop."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s: %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    watch = made()
    serve(watch)
    while not stop.wait(LOOK_S):
        watch.step(time.monotonic())


if __name__ == "__main__":
    main()
