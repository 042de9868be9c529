"""What Locust sends, and what that cost it after its start."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from locust import FastHttpUser, constant, events, task

_began = 0.0


class User(FastHttpUser):  # type: ignore[misc]
    """Asks for the same thing again and again."""

    wait_time = constant(0)

    @task  # type: ignore[untyped-decorator]
    def hello(self) -> None:
        self.client.get("/hello")


@events.spawning_complete.add_listener  # type: ignore[untyped-decorator]
def _begin(**_: object) -> None:
    global _began
    _began = time.process_time()


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def _end(environment: object, **_: object) -> None:
    total = environment.stats.total  # type: ignore[attr-defined]
    figures = {
        "requests": total.num_requests,
        "rps": total.num_requests / (total.last_request_timestamp - total.start_time),
        "p99_ms": total.get_response_time_percentile(0.99),
        "cpu_s": time.process_time() - _began,
    }
    Path(os.environ["LOCUST_FIGURES"]).write_text(json.dumps(figures))
