"""What a report tells of the stack beside a load."""

from __future__ import annotations

import threading
import time

import pytest

from sdctl.load.samples import sample, sampled
from sdctl.state.running import Running
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

QUEUE = {"messages_ready": 5, "messages_unacked": 2, "retrying": 1, "dead": 0}


def test_a_sample_must_have_what_the_best_informed_node_of_the_queue_says() -> None:
    lost = {**QUEUE, "messages_ready": 0}
    assert sample({"queue": [lost, {}, QUEUE]}) == {"waiting": 7, "retrying": 1, "dead": 0}


def test_counts_must_be_told_only_while_every_node_tells_them() -> None:
    apps = [{"cache_hits": 3, "cache_misses": 1}, {"cache_hits": 4, "cache_misses": 0}]
    assert sample({"app": apps, "worker": [{"retried": 2}]}) == {
        "hits": 7, "misses": 1, "retried": 2,
    }  # fmt: skip
    assert sample({"app": [*apps, {}], "worker": []}) == {}


def test_replicas_that_are_sent_requests_must_be_counted() -> None:
    """One that does not answer is none of them."""
    apps = [{"unready": False}, {"unready": True}, {}, {"unready": False}]
    assert sample({"app": apps, "worker": [{"unready": True}]}) == {
        "app_ready": 2,
        "worker_ready": 0,
    }
    assert sample({"app": [{}]}) == {}


def test_a_clock_that_is_set_back_must_stop_no_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Semaphore(0)

    class Looks(RecordingTarget):
        def nodes(self) -> tuple[Instance, ...]:
            looked.release()
            return super().nodes()

    now, hours = time.time(), iter(range(100))
    monkeypatch.setattr(time, "time", lambda: now - 3600 * next(hours))
    with sampled(Running(Looks(), Stack("s")), lambda sample: None):
        assert looked.acquire(timeout=10)
        assert looked.acquire(timeout=10)
