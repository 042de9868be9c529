"""What a busy stack does not answer must not end the self-test as a bug of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from sdctl.load.plan import LoadPlan
from sdctl.load.schedule import constant
from sdctl.selftest.checks.live_unanswered import listed
from sdctl.selftest.live import Live
from sdctl.workloads.orders import OrdersOnly


class Lists(BaseHTTPRequestHandler):
    """Two lists, then one that the service cannot give, then none at all."""

    asked = 0

    def do_GET(self) -> None:
        number, Lists.asked = Lists.asked, Lists.asked + 1
        if number > 2:
            return  # the connection is closed
        value: Any = [{"item": f"k-{number}"}] if number < 2 else {"status": 503, "detail": "no"}
        body = json.dumps(value).encode()
        self.send_response(200 if number < 2 else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody asks."""


@contextmanager
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lists)
    threading.Thread(target=server.serve_forever).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_list_that_is_not_given_must_have_no_orders() -> None:
    with service() as url:
        plan = LoadPlan(base_url=url, schedule=constant(1.0, 1.0), workload=OrdersOnly())
        assert listed(Live(running=cast("Any", None), url=url, headers={}), plan) == ["k-0", "k-1"]
