"""Game days on a world of three nodes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from world import STACK, Load, World

from sdctl.chaos.gameday import day_figures
from sdctl.chaos.gameday.game_day import GameDay, Part, SteadyState
from sdctl.faults.fault import Fault
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.judge.day_verdict import DayVerdict
from sdctl.load.assertions import parse
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.targets.operations import Kill, Pause, Start, Unpause

Play = Callable[..., DayVerdict]
FOLLOWER = PauseNodes(where="postgres-3", for_=0.6)
LEADER = KillLeader(for_=1.0)


class Ticking(Load):
    """It tells of its requests, too: none of them fails."""

    def ticks(self) -> list[dict[str, Any]]:
        began, now = self._world.began, time.monotonic()
        offset = time.time() - now
        return [
            {"at": began + at / 10 + offset, "at_s": at / 10, "ok": at * 10, "failed": 0,
             "unknown": 0, "span_s": 0.1, "achieved_rps": 100.0}
            for at in range(int((now - began) * 10) + 1)
        ]  # fmt: skip


def day(*parts: tuple[float, Fault], **more: Any) -> GameDay:
    return GameDay(
        name="d", parts=tuple(Part(at_s=at_s, fault=fault) for at_s, fault in parts), **more
    )


def order(world: World) -> list[str]:
    return [f"{op.verb} {op.node}" for op in world.ops if isinstance(op, Kill | Pause | Start
                                                                     | Unpause)]  # fmt: skip


def all_healed() -> list[Record]:
    records = fault_records.all_records(STACK)
    assert all(record.healed_at for record in records)
    return records


def steady(*texts: str) -> SteadyState:
    return SteadyState(for_s=0.3, assertions=tuple(parse(t, day_figures.STEADY) for t in texts))
