"""A fault that is not healed, whatever was asked of the engine, must be said and stay on the list.

The engine is the double that ships with sdctl; the healing and the list are the real ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdctl.chaos import healing
from sdctl.faults.fault import Fault
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import SdctlError
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding
from sdctl.selftest.workbench import Workbench
from sdctl.state import fault_records
from sdctl.state.stack import Stack
from sdctl.targets.operations import Op
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output, State

_NODE = "gateway-1"


class _Deaf(RecordingTarget):
    """Says yes to everything, and does nothing."""

    def apply(self, op: Op) -> Output:
        return Output(0, "", "")


@dataclass(frozen=True)
class _Scratch(Stack):
    """A stack whose history is in a folder of its own."""

    home: Path = Path()

    @property
    def history(self) -> Path:
        return self.home


def _heal(fault: Fault, state: State, engine: type[RecordingTarget]) -> str:
    there = Instance(node=_NODE, tier="gateway", component="gateway", state=state)
    with tempfile.TemporaryDirectory(prefix="sdctl-selftest-") as folder:
        stack = _Scratch("selftest", Path(folder))
        record = fault_records.open_record(
            stack,
            kind=fault.kind,
            params=fault.params(),
            how=None,
            tier="gateway",
            target=_NODE,
            for_s=60,
        )
        try:
            healing.heal(engine([there]), stack, record)
        except SdctlError:
            return "told, on the list" if fault_records.active(stack) else "told, forgotten"
        return "still on the list" if fault_records.active(stack) else "healed"


def _stuck(fault: Fault, state: State) -> Callable[[Workbench], Finding]:
    def prove(workbench: Workbench) -> Finding:
        got = _heal(fault, state, _Deaf)
        return Finding(expected="told, on the list", got=got, ok=got == "told, on the list")

    return prove


def _sound(workbench: Workbench) -> Finding:
    got = _heal(PauseNodes(where=_NODE), "frozen", RecordingTarget)
    return Finding(expected="healed", got=got, ok=got == "healed")


CHECK = Check(
    name="unhealed",
    checker="sdctl.chaos.healing.heal",
    variants=(
        Variant(name="stays paused", prove=_stuck(PauseNodes(where=_NODE), "frozen")),
        Variant(name="stays down", prove=_stuck(KillLeader(), "down")),
        Variant(name="goes on", prove=_sound, sound=True),
    ),
)
