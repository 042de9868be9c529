"""The process of its own that heals a fault at its deadline, though sdctl is gone by then."""

from __future__ import annotations

import itertools
import os
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from sdctl.chaos.healing import BY_END_OF_RUN, BY_END_OF_TARGET, BY_HEALER, heal
from sdctl.chaos.undoing import undoing
from sdctl.faults.fault import all_faults
from sdctl.foundation import children, waiting
from sdctl.foundation.errors import SdctlError
from sdctl.state import fault_records, ownership
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.network_operations import Helped, Restore

if TYPE_CHECKING:
    from sdctl.targets.target import Target

_READY = b"ready\n"
_START_S = 30.0
_EVERY_S = 0.5
_LOOK_EVERY = 10
"""How many looks at the record go by until one at the stack."""
_LONGEST_S = 24 * 3600.0
_RETRY_FOR_S = 3600.0
_FAILED = (SdctlError, OSError)
"""What does not end a healer: it asks, or undoes, again."""


def start_healer(stack: Stack, record: Record) -> subprocess.Popen[bytes]:
    """A process of its own that outlives this one and heals the fault at its deadline.

    Returns when it has said that it is there: a fault without a healer is not to be applied, and a
    process that starts takes a processor from what the fault is timed with. Raises ``SdctlError``.
    """
    healer = subprocess.Popen(
        children.command("sdctl.chaos.healer", stack.name, record.id),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert healer.stdout is not None
    with healer.stdout as said:
        answer = _answer(said.fileno())
    if answer != _READY:
        healer.kill()
        healer.wait()
        raise SdctlError(
            "the process that would heal the fault did not start; nothing was broken",
            hint="Is the machine out of memory, or too busy to start a process in 30 s?",
            details=answer.decode(errors="replace").splitlines()[-1:],
        )
    return healer


def _answer(descriptor: int) -> bytes:
    """What a healer says until it is ready, dead, or too late."""
    answer, deadline = b"", time.monotonic() + _START_S
    while not answer.endswith(_READY):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(descriptor, 4096) if ready else b""
        if not chunk:
            break
        answer += chunk
    return answer


def main() -> None:
    """The healer: waits until the fault is healed by others, the stack is gone, or it is ``due``.
    Then it heals it, and tries again for an hour. It needs no more of its record than it has
    read at its start: a damaged one is healed all the same."""
    from sdctl.targets.opening import open_target

    run = os.getppid()
    stack = Stack(sys.argv[1])
    engine = open_target(stack.name)
    record = fault_records.find(stack, sys.argv[2])
    all_faults()
    watched = _Watched(engine, stack, record, run if _said_ready() else None)
    for stream in (1, 2):  # from here on nobody listens
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    waiting.until(watched.is_to_end, bool, timeout_s=_LONGEST_S, every_s=_EVERY_S)
    by = watched.by

    def done() -> bool:
        if watched.over() or _gone(engine, stack):
            return True
        try:
            heal(engine, stack, record, by=by)
        except _FAILED:
            return False  # no leader right now, or the target restarts: again
        return True

    waiting.until(done, bool, timeout_s=_RETRY_FOR_S, every_s=1.0)


def _said_ready() -> bool:
    """Whether its run has heard it; else that was killed meanwhile."""
    try:
        os.write(1, _READY)
    except BrokenPipeError:
        return False
    return True


def due(record: Record, *, alone: bool) -> bool:
    """Whether the healer is to heal it now. While its run is there, that heals it at the end of its
    time, and the healer is not to be before it. ``alone``: its run is gone; what had not begun by
    then never does. Until it begins its time does not run, however long a full machine takes."""
    if record.injected_at is None:
        return alone
    return record.overdue() or (alone and record.its_time_is_over())


class _Watched:
    """A fault, as its healer sees it. ``run``: the process that gave it; None: that is gone."""

    def __init__(self, engine: Target, stack: Stack, record: Record, run: int | None) -> None:
        self._engine, self._stack, self._record = engine, stack, record
        self._run = run
        self._every = itertools.count()
        self._looks: list[Helped] | None = None
        self._seen = set[str]()

    @property
    def _written(self) -> Record:
        return fault_records.own(self._stack, self._record.id) or self._record

    @property
    def _alone(self) -> bool:
        """Whether its run is gone."""
        return os.getppid() != self._run

    @property
    def by(self) -> str:
        """Who ends it, where that is the healer."""
        if self._written.injected_at is None and self._alone:
            return BY_END_OF_RUN
        return BY_HEALER if due(self._written, alone=self._alone) else BY_END_OF_TARGET

    def over(self) -> bool:
        """Whether it is healed by others, or its stack is gone."""
        closed = self._written.healed_at is not None
        return closed or (next(self._every) % _LOOK_EVERY == 0 and _gone(self._engine, self._stack))

    def is_to_end(self) -> bool:
        """Whether there is nothing to wait for. Its run, as long as that is there, sees itself that
        the node is gone that the fault was on."""
        return (
            self.over() or due(self._written, alone=self._alone) or (self._alone and self._lost())
        )

    def _lost(self) -> bool:
        """Whether its helper has ended before its time: with its node, which stopped or was made
        anew. A fault without helpers is never lost."""
        try:
            there = {look.node for look in self._helpers() if not self._engine.apply(look).code}
        except _FAILED:
            return False  # the engine restarts, say
        self._seen |= there
        return bool(self._seen - there)

    def _helpers(self) -> list[Helped]:
        if self._looks is None:
            self._looks = [
                Helped(node=operation.node, fault=self._record.id, cause="is it on?")
                for operation in undoing(self._engine, self._stack, self._record)
                if isinstance(operation, Restore)
            ]
        return self._looks


def _gone(engine: Target, stack: Stack) -> bool:
    """Whether nothing of the stack is left, or what has its name now is another's. What cannot be
    asked now is not gone."""
    try:
        return not engine.nodes() or not ownership.belongs(engine.owners(), stack.secrets())
    except _FAILED:
        return False
