"""Undoing faults: on request, at their deadline by a process of its own, or as a sweep."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from sdctl import observe, waiting
from sdctl.chaos import log as fault_log
from sdctl.chaos.log import Record
from sdctl.errors import NoSuchTarget, SdctlError
from sdctl.faults.fault import all_faults
from sdctl.stack import Stack

if TYPE_CHECKING:
    from sdctl.engine.engine import Engine

_RETRY_FOR_S = 60.0


def heal(engine: Engine, stack: Stack, record: Record) -> Record:
    """Undo one fault and write it down; a healed one is left as it is."""
    if record.healed_at is not None:
        return record
    fault = all_faults()[record.kind](**record.params)
    snapshot = observe.snapshot(engine, stack.name, stack.secrets())
    for operation in fault.heal(snapshot, record.target):
        engine.apply(operation)
    healed = fault_log.close_record(stack, record)
    announce(engine, healed)
    return healed


def announce(engine: Engine, record: Record) -> None:
    """Tell the components that want to know that a fault begins or has ended. One that does not
    listen is left alone: it may be what the fault broke."""
    from sdctl.components.component import every_component
    from sdctl.ops import Exec

    containers = [each for each in engine.containers() if each.state == "running"]
    components = {each.name: each for each in every_component()}
    for container in containers:
        component = components.get(container.component)
        if component is not None and component.on_fault:
            command = (*component.on_fault, record.id, record.started_at, record.healed_at or "")
            with contextlib.suppress(SdctlError):
                engine.apply(Exec(node=container.node, command=command, cause=f"fault {record.id}"))


def sweep(engine: Engine, stack: Stack) -> list[Record]:
    """Heal whatever is overdue: for the rare case that sdctl and its healer both died."""
    return [heal(engine, stack, record) for record in fault_log.active(stack) if record.overdue()]


def start_healer(stack: Stack, record: Record) -> None:
    """A process of its own that outlives this one and heals the fault at its deadline."""
    subprocess.Popen(
        [sys.executable, "-m", "sdctl.chaos.healing", stack.name, record.id],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=dict(os.environ),
    )


def _main(stack_name: str, fault_id: str) -> None:
    """The healer: waits until the fault is healed by others, or its time is over."""
    from sdctl.engine.docker import DockerEngine

    stack = Stack(stack_name)

    def due() -> Record | None:
        record = fault_log.find(stack, fault_id)
        return None if record.healed_at else record

    seconds = 24 * 3600.0
    waiting.until(due, lambda r: r is None or r.overdue(), timeout_s=seconds, every_s=0.5)

    def healed() -> bool:
        record = due()
        try:
            if record is not None:
                heal(DockerEngine(stack_name), stack, record)
        except NoSuchTarget:
            fault_log.forget_active(stack)  # the stack is gone
        except SdctlError:
            return False  # no leader right now, or Docker restarts: again
        return True

    waiting.until(healed, bool, timeout_s=_RETRY_FOR_S, every_s=1.0)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
