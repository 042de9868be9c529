"""Looks at a fault that is on are made on the machine that is measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sdctl.chaos.fault_on import FaultOnStack
from sdctl.faults.ending import Seen
from sdctl.foundation import waiting

LOOK_S = 0.1


@dataclass(kw_only=True)
class Many(FaultOnStack):
    """A run of an hour, with so many writes that a look at them takes long."""

    looks: int = 0

    def _look(self) -> tuple[bool, Seen]:
        self.looks += 1
        end = time.thread_time() + LOOK_S
        while time.thread_time() < end:
            pass
        return False, Seen()


def test_looks_that_take_long_must_leave_the_processor_to_others() -> None:
    nothing: Any = None
    fault = Many(
        experiment=nothing, plan=nothing, load=nothing, record=nothing, led=frozenset(),
        heirs=None, since=0.0, began=0.0,
    )  # fmt: skip
    assert fault.recovery() == fault.recovery() == (False, Seen())
    assert fault.looks == 1
    again, _ = waiting.until(
        fault.recovery, lambda _: fault.looks > 1, timeout_s=20 * LOOK_S, every_s=0.05
    )
    assert again
