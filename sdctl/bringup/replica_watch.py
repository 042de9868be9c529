"""A tier from look to look: what an autoscaler decides from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdctl.app.contract import CPU_WINDOW_S, RPS_WINDOW_S
from sdctl.design.autoscaling.observed import Measurement, Observation, Phase, Replica
from sdctl.state.snapshot import Fact, NodeStatus, Snapshot

_LONG_AGO_S = 3600.0
"""Of what was there before the first look."""


class ReplicaWatch:
    """Remembers since when each replica has been there, and ready or not."""

    def __init__(self, tier: str, cpu_request: float) -> None:
        self._tier = tier
        self._request = round(cpu_request * 1000)
        self._started: dict[str, float] = {}
        self._ran: set[str] = set()
        self._ready: dict[str, tuple[bool, float]] = {}
        self._first = True

    def observe(self, snapshot: Snapshot, current: int, now: float) -> Observation:
        """The tier in a snapshot that was taken ``now``, in Unix seconds."""
        nodes = snapshot.of_tier(self._tier)
        replicas = tuple(self._replica(node, now) for node in nodes)
        there = {node.name for node in nodes}
        self._started = {n: at for n, at in self._started.items() if n in there}
        self._ready = {n: known for n, known in self._ready.items() if n in there}
        self._ran &= there
        self._first = False
        return Observation(
            at=now,
            current=current,
            replicas=replicas,
            totals={name: read(snapshot, self._tier) for name, read in _TOTALS.items()},
        )

    def _replica(self, node: NodeStatus, now: float) -> Replica:
        name, before = node.name, now - _LONG_AGO_S if self._first else now
        started = self._started.setdefault(name, before)
        if node.state in ("running", "frozen", "restarting"):
            self._ran.add(name)
        ready = is_ready(node)
        was, since = self._ready.get(name, (ready, before))
        self._ready[name] = (ready, since if was == ready else now)
        phase: Phase = "running" if name in self._ran else "pending"
        return Replica(
            name=name,
            phase=phase,
            ready=ready,
            ready_since=self._ready[name][1],
            started_at=started,
            request=self._request,
            usage={
                "cpu": _sample(node.facts.get("cpu"), now, CPU_WINDOW_S),
                "rps": _sample(node.facts.get("rps"), now, RPS_WINDOW_S),
            },
        )


def is_ready(node: NodeStatus) -> bool:
    """Pure: whether a replica is sent requests. One that does not answer is not."""
    return node.state == "running" and node.facts.get("unready") is False


def _sample(value: Fact, now: float, window_s: float) -> Measurement | None:
    if value is None or isinstance(value, str):
        return None
    return Measurement(value=round(value * 1000), at=now, window_s=window_s)


def _queued(snapshot: Snapshot, _: str) -> int | None:
    """Pure: orders that wait for a worker or are with one, in thousandths."""
    for node in snapshot.of_tier("queue"):
        ready, under_way = (node.facts.get(f"messages_{name}") for name in ("ready", "unacked"))
        if isinstance(ready, int) and isinstance(under_way, int):
            return (ready + under_way) * 1000
    return None


def _slowest(snapshot: Snapshot, tier: str) -> int | None:
    """Pure: the p99 of the replica whose p99 is the worst, in thousandths of a millisecond. All of
    them together are no slower; 0 where they had no request."""
    ready = [node for node in snapshot.of_tier(tier) if is_ready(node)]
    found = [node.facts.get("p99_seconds") or 0.0 for node in ready]
    return max((round(p99 * 1e6) for p99 in found if not isinstance(p99, str)), default=None)


_TOTALS: Mapping[str, Callable[[Snapshot, str], int | None]] = {"queue": _queued, "p99": _slowest}
