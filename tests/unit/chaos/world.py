"""A database of two nodes that fails over at once, and a load that notices: for tests of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sdctl.judge.holdings import Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Write
from sdctl.judge.verdict import Verdict
from sdctl.load.latency import Latency
from sdctl.load.result import LoadResult
from sdctl.state import fault_records, merging
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.operations import Kill, Op, Pause, Stop
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output

STACK = Stack("s")
Conduct = Callable[..., Verdict]
_NONE = Latency(p50=None, p90=None, p95=None, p99=None, p999=None, max=None)


class World(RecordingTarget):
    """``fails_over``: whether the other node takes over; ``beside``: tiers of one node more.
    ``during`` is called at each look while a fault is on."""

    def __init__(
        self, *, fails_over: bool = True, nodes: int = 2, beside: Sequence[str] = ()
    ) -> None:
        members = [(f"postgres-{n}", "database", "postgres") for n in range(1, nodes + 1)]
        super().__init__(
            Instance(node=node, tier=tier, component=component,
                      state="running", status="Up", image="x")
            for node, tier, component in [*members, *((f"{x}-1", x, x) for x in beside)]
        )  # fmt: skip
        self.fails_over = fails_over
        self.leader = "postgres-1"
        self.gaps: list[tuple[float, float]] = []
        self.away: str | None = None
        self.ill: dict[str, str] = {}
        self.during: Callable[[], None] = lambda: None
        self.broken = False
        self.began = time.monotonic() - 5.0
        self.ended: float | None = None

    def apply(self, op: Op) -> Output:
        done = super().apply(op)
        if isinstance(op, Kill | Pause | Stop) and op.node == self.leader:
            now = time.monotonic()
            self.broken = True
            self.gaps.append((now, now + (0.2 if self.fails_over else 1e9)))
            if self.fails_over:
                self.leader = "postgres-2"
        return done

    def look(self, *_: object, **__: object) -> Snapshot:
        """What the observer says."""
        if self.broken:
            self.during()
        readings: list[Mapping[str, Any]] = [
            {"name": node.node, "role": "leader" if node.node == self.leader else "follower",
             "health": "failing" if node.node in self.ill else "ok",
             "reason": self.ill.get(node.node, ""), "facts": {"sync": node.node != self.leader}}
            for node in self.nodes()
            if node.state == "running"
        ]  # fmt: skip
        if self.away:
            return merging.merge("s", self.nodes(), [], reason=self.away)
        return merging.merge("s", self.nodes(), readings)

    def holdings(self, engine: object, stack: object, seen: Snapshot, run: str) -> Holdings:
        """All that was acknowledged, on each node."""
        found = {
            write.key: StoredWrite(count=1, status="completed") for write in Load(self).writes()
        }
        names = [instance.node for instance in self.nodes()]
        return Holdings(
            copies=tuple(Copy(node=n, leads=n == self.leader, found=found) for n in names)
        )


class Load:
    """100 writes a second since five seconds; what is sent in a gap is acknowledged after it."""

    run = "r1"

    def __init__(self, world: World) -> None:
        self._world = world

    def writes(self) -> list[Write]:
        began = self._world.began
        now = self._world.ended or time.monotonic()
        times = [began + number / 100 for number in range(int((now - began) * 100))]
        done = [max([at, *(end for start, end in self._world.gaps if start < at < end)])
                for at in times]  # fmt: skip
        return [
            Write(f"r1-{number:08d}", sent, at, "acknowledged", "o")
            for number, (sent, at) in enumerate(zip(times, done, strict=True))
            if at <= now
        ]

    def ticks(self) -> Sequence[Mapping[str, Any]]:
        return []

    def stop(self) -> LoadResult:
        self._world.ended = time.monotonic()
        return LoadResult(
            workload="orders", run="r1", target_rps=100, offered_rps=100, achieved_rps=100,
            duration_s=5, sent=500, ok=500, failed=0, unknown=0, by_status={}, by_error={},
            response=_NONE, service=_NONE, late_ms_p99=None, cpu_s=1.0,
        )  # fmt: skip


def healed() -> Record:
    """The one record there is, which is closed whatever happened."""
    [record] = fault_records.all_records(STACK)
    assert record.healed_at is not None
    assert fault_records.active(STACK) == []
    return record
