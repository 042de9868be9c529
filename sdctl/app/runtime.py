"""Runtime: how both processes start, and how they stop."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from sdctl.app.config import Config, ConfigError, read_config
from sdctl.app.logs import Log, start_logging

GRACE_S = 5
# Few objects of a request are in cycles: looking for them every 700 costs more than it frees.
GC_EVERY = 20_000
# Longer than the load balancer keeps an idle connection: the one who may send a request
# next is the one who should close it.
KEEP_ALIVE_S = 75


def start() -> tuple[Config, Log]:
    """Read the environment and start logging; exits with 2 where it is unusable."""
    try:
        config = read_config(os.environ)
    except ConfigError as exc:
        for problem in exc.problems:
            print(f"sdctl.app: {problem}", file=sys.stderr)
        raise SystemExit(2) from None
    # Names of stopped containers may take seconds to fail. They are looked up in a small
    # pool of threads, which must not be blocked by that.
    os.environ.setdefault("UV_THREADPOOL_SIZE", "16")
    os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:2")
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(GC_EVERY)
    return config, start_logging(config.node_name)


class HttpServer(uvicorn.Server):
    """On SIGTERM: first unready, for as long as the load balancer takes to see it, then out."""

    def __init__(self, app: ASGIApp, config: Config, on_drain: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host="0.0.0.0",
                port=config.port,
                loop="uvloop",
                http="httptools",
                ws="none",
                lifespan="on",
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                log_config=None,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
                backlog=2048,
            )
        )
        self._drain_s = config.drain_s
        self._on_drain = on_drain
        self._draining = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain, then stop. Second: stop now."""
        if self._draining or self._drain_s == 0:
            self.should_exit = True
            return
        self._draining = True
        loop = asyncio.get_event_loop()
        loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self._on_drain()
        asyncio.get_running_loop().call_later(self._drain_s, self._stop)

    def _stop(self) -> None:
        self.should_exit = True
