"""Undoing faults: on request, at their deadline by a process of its own, or as a sweep."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdctl import observe, waiting
from sdctl.chaos import log as fault_log
from sdctl.chaos.log import Record
from sdctl.errors import NoSuchTarget, SdctlError
from sdctl.faults.fault import all_faults
from sdctl.ops import Exec, Op, Start, Unpause
from sdctl.stack import Stack

if TYPE_CHECKING:
    from sdctl.engine.engine import Container, Engine

_RETRY_FOR_S = 60.0
_START_S = 10.0
_PROOF_S = 2.0
"""How long after the operations the engine may still show the state before them."""


def heal(engine: Engine, stack: Stack, record: Record) -> Record:
    """Undo one fault and write it down; a healed one is left as it is."""
    if record.healed_at is not None:
        return record
    fault = all_faults()[record.kind](**record.params)
    snapshot = observe.snapshot(engine, stack.name, stack.secrets())
    operations = fault.heal(snapshot, record.target)
    for operation in operations:
        engine.apply(operation)
    _prove(engine, record, operations)
    healed = fault_log.close_record(stack, record)
    announce(engine, healed)
    return healed


def _prove(engine: Engine, record: Record, operations: Sequence[Op]) -> None:
    """A fault is healed when the engine says so of each node, not when it was told to."""
    nodes = [each.node for each in operations if isinstance(each, Start | Unpause)]
    healed, left = waiting.until(
        lambda: not_running(engine.containers(), nodes), lambda left: not left, timeout_s=_PROOF_S
    )
    if not healed:
        seen = ", ".join(f"{node} is {state}" for node, state in left.items())
        raise SdctlError(
            f"{record.id} {record.kind} is not healed: {seen}",
            hint=f"`sdctl chaos heal {record.id}` tries again; `docker logs` of the node may tell "
            "why it does not run.",
        )


def not_running(containers: Sequence[Container], nodes: Sequence[str]) -> dict[str, str]:
    """Pure: the state of each of ``nodes`` that does not run."""
    return {c.node: c.state for c in containers if c.node in nodes and c.state != "running"}


def announce(engine: Engine, record: Record) -> None:
    """Tell the components that want to know that a fault begins or has ended. One that does not
    listen is left alone: it may be what the fault broke."""
    from sdctl.components.component import every_component

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


def start_healer(stack: Stack, record: Record) -> subprocess.Popen[bytes]:
    """A process of its own that outlives this one and heals the fault at its deadline.

    Returns when it has said that it is there: a fault without a healer is not to be applied, and a
    process that starts takes a processor from what the fault is timed with. Raises ``SdctlError``.
    """
    healer = subprocess.Popen(
        [sys.executable, "-m", "sdctl.chaos.healing", stack.name, record.id],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=dict(os.environ),
    )
    assert healer.stdout is not None
    with healer.stdout as said:
        ready, _, _ = select.select([said], [], [], _START_S)
        if not (ready and said.readline()):
            healer.kill()
            healer.wait()
            raise SdctlError(
                "the process that would heal the fault did not start; nothing was broken",
                hint="Is the machine out of memory, or so busy that it takes over 10 s?",
            )
    return healer


def _main(stack_name: str, fault_id: str) -> None:
    """The healer: waits until the fault is healed by others, or its time is over."""
    from sdctl.engine.docker import DockerEngine

    stack = Stack(stack_name)
    print("ready", flush=True)

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
