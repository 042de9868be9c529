"""What is kept of the stack while a load is sent to it, for the run's report: a sample a second of
the queue's messages, the workers' retries, the cache's hits and how many replicas were ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sdctl.foundation.errors import SdctlError
from sdctl.state import observation
from sdctl.state.observation import Observer, ObserverAway

if TYPE_CHECKING:
    from sdctl.state.running import Running

_EVERY_S = 1.0
_LAST_S = 5.0
"""How long a look that is under way may take once the load is over."""
_QUEUE = {"waiting": ("messages_ready", "messages_unacked"), "retrying": ("retrying",),
          "dead": ("dead",)}  # fmt: skip
_COUNTS = {"retried": ("worker", "retried"), "hits": ("app", "cache_hits"),
           "misses": ("app", "cache_misses")}  # fmt: skip
_READY = {"app_ready": "app", "worker_ready": "worker"}
_TIERS = ("app", "worker", "queue")
Facts = Sequence[Mapping[str, Any]]
"""Of each node of a tier; empty for one that did not answer."""


def sample(tiers: Mapping[str, Facts]) -> dict[str, float]:
    """Pure: one sample; empty where nothing was seen. It holds:

    - the queue's messages, as the node tells that knows of most;
    - what workers and apps have counted since their start, in all. Where one does not tell, there
      is no sum: it would look as if the count had fallen;
    - how many replicas take requests or messages.
    """
    found: dict[str, float] = {}
    for name, facts in _QUEUE.items():
        sums = [
            sum(float(value or 0) for value in values)
            for node in tiers.get("queue", ())
            if None not in (values := [node.get(fact) for fact in facts])
        ]
        if sums:
            found[name] = max(sums)
    for name, (tier, fact) in _COUNTS.items():
        counts = [node.get(fact) for node in tiers.get(tier, ())]
        if counts and None not in counts:
            found[name] = sum(float(count or 0) for count in counts)
    for name, tier in _READY.items():
        if told := [node["unready"] for node in tiers.get(tier, ()) if "unready" in node]:
            found[name] = told.count(False)
    return found


@contextmanager
def sampled(running: Running, keep: Callable[[dict[str, float]], None]) -> Iterator[None]:
    """Hand samples to ``keep`` meanwhile, each with the wall clock's moment ``at``. What cannot be
    seen is left out: nobody's load ends for that."""
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(running, keep, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_LAST_S)


def _watch(
    running: Running, keep: Callable[[dict[str, float]], None], over: threading.Event
) -> None:
    observer: Observer | None = None
    tiers: set[str] = set()
    while True:
        began, at = time.monotonic(), time.time()
        try:
            if observer is None:
                nodes = running.engine.nodes()
                tiers = {node.tier for node in nodes}.intersection(_TIERS)
                observer = observation.observer_of(nodes, running.stack)
            if found := sample({tier: _facts(observer, tier) for tier in tiers}):
                keep({"at": at, **found})
        except (ObserverAway, SdctlError, OSError):
            # it may be at another address when it is back
            observer = None
        if over.wait(max(_EVERY_S - (time.monotonic() - began), 0.0)):
            return


def _facts(observer: Observer, tier: str) -> Facts:
    return [reading["facts"] for reading in observer.ask(f"/readings?tier={tier}")["readings"]]
