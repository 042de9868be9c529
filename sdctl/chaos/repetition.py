"""The order of a bench: wait until the stack is well, break it, keep the trial, again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.judge.bench import Bench
from sdctl.state.snapshot import Snapshot

WELL_S = 300.0


def run(
    bench: Bench,
    *,
    trials: int,
    look: Callable[[], Snapshot],
    attempt: Callable[[], Mapping[str, Any]],
    keep: Callable[[Bench], None],
) -> Bench:
    """Until ``bench`` has so many trials; ``keep`` is given it as each one ends.

    ``attempt`` breaks the stack once, heals it and returns the verdict's JSON. What it raises ends
    the bench, and everything kept by then stays.
    """
    while len(bench.trials) < trials:
        well(look)
        bench = bench.with_trial(attempt())
        keep(bench)
    return bench


def well(look: Callable[[], Snapshot], timeout_s: float = WELL_S) -> None:
    """Wait until every node is ok. Raises ``NotReady`` with the ones that are not."""
    good, seen = waiting.until(look, lambda snapshot: snapshot.healthy, timeout_s=timeout_s)
    if not good:
        ill = [node for node in seen.nodes().values() if node.health != "ok"]
        raise NotReady(
            f"the stack was not healthy again {timeout_s:g} s after the trial before",
            hint="`sdctl up` mends it; the same bench then goes on.",
            details=[f"{node.name}: {node.state}, {node.reason or node.health}" for node in ill],
        )
