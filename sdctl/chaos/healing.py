"""Undoing faults: by their run, on request, at their deadline (`healer.py`), or as a sweep."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sdctl.chaos import unhealed
from sdctl.chaos.ended_nodes import ended
from sdctl.chaos.undoing import known, operations_of, undo
from sdctl.foundation import output, signals, waiting
from sdctl.foundation.errors import NoSuchTarget, SdctlError, TargetUnavailable
from sdctl.foundation.units import utc
from sdctl.state import fault_records, observation
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.network_operations import GONE, Helped, Restore
from sdctl.targets.operations import Exec, Op, Start, Unpause

if TYPE_CHECKING:
    from sdctl.targets.target import Instance, Target

_HEALER_S = 3.0
"""How late a fault's own healer may be before others take it for dead."""
PROOF_S = 2.0
"""How long after the operations the engine may still show the state before them."""
_OTHERS_S = 5.0
"""So long after its end a busy machine may still be healing another fault."""


BY_RUN = "the run"
BY_COMMAND = "`sdctl chaos heal`"
BY_HEALER = "its deadline"
BY_END_OF_TARGET = "the end of the node that it was on"
BY_END_OF_RUN = "the end of its run, before it began"
BY_SWEEP = "a command that found it overdue"


def heal(
    engine: Target, stack: Stack, record: Record, *, by: str = BY_COMMAND, certain: bool = False
) -> Record:
    """Undo one fault, and write down who did. A signal that comes meanwhile waits until that is
    done. A fault that is healed already is left as it is. With ``certain`` it is undone all the
    same: some of its operations may have been carried out after it was healed."""
    if record.healed_at is not None and not certain:
        return record
    with signals.held():
        if by != BY_RUN:
            record = fault_records.own(stack, record.id) or record
        if record.healed_at is not None and not certain:
            return record  # somebody was quicker, and the next fault may be on

        def begins() -> None:
            if by != BY_RUN:
                # its run sees that it is over before it is written down as healed
                with contextlib.suppress(OSError):  # a full disk: it is undone all the same
                    fault_records.healing(stack, record, by=by)

        operations, gone = undo(engine, stack, record, begins)
        if gone and not certain:
            output.warn(_nothing_left(record, gone, ended(engine, gone, record)))
        _prove(engine, record, operations, _to_run_again(engine, stack, record, operations))
        # what was written into it meanwhile stays: a healer has read it before the injection
        record = fault_records.own(stack, record.id) or record
        if record.healed_at is not None:
            return record
        healed = fault_records.close_record(stack, record, by=record.healing_by or by)
        announce(engine, healed)
    return healed


def heal_own(engine: Target, stack: Stack, record: Record) -> Record:
    """Healed by its run. Where that fails while other faults of the day are on, it is tried once
    more when they are over: one may freeze the node, or leave nobody who leads."""
    try:
        return heal(engine, stack, record, by=BY_RUN, certain=True)
    except TargetUnavailable:
        raise
    except SdctlError:
        others = [other for other in fault_records.active(stack) if other.id != record.id]
        if not others:
            raise
    last = max(other.deadline for other in others) - datetime.now(UTC)
    ids = {other.id for other in others}
    waiting.until(
        lambda: ids.intersection(other.id for other in fault_records.active(stack)),
        lambda on: not on,
        timeout_s=max(last.total_seconds(), 0.0) + _OTHERS_S,
    )
    return heal(engine, stack, record, by=BY_RUN, certain=True)


def _nothing_left(record: Record, nodes: Sequence[str], anew: Collection[str]) -> str:
    """Pure: that there was nothing to undo on ``nodes``, and why: those that are ``anew`` have
    ended themselves, on the others only what held the fault has."""
    run_on = [node for node in nodes if node not in anew]
    why = [f"{', '.join(anew)} stopped or was made anew"] if anew else []
    why += [f"the helper of the fault on {', '.join(run_on)} had ended"] if run_on else []
    said = f"{record.id} {record.kind}: nothing was left to undo on {', '.join(nodes)}"
    return f"{said}: {', and '.join(why)}"


def heal_all(
    engine: Target, stack: Stack, records: Sequence[Record], *, by: str = BY_COMMAND
) -> tuple[list[Record], list[SdctlError]]:
    """Undo each; one that cannot be undone keeps no other from it, and is tried again after them:
    its node, or who leads, may be back by then. The healed ones, and what went wrong with the
    others. Raises ``TargetUnavailable``: then nothing can be undone."""
    healed: list[Record] = []
    failed = _undo_each(engine, stack, records, by, healed)
    if failed and healed:
        failed = _undo_each(engine, stack, [record for record, _ in failed], by, healed)
    return healed, [error for _, error in failed]


def _undo_each(
    engine: Target, stack: Stack, records: Sequence[Record], by: str, healed: list[Record]
) -> list[tuple[Record, SdctlError]]:
    """Those that could not be undone, each with why; the others are added to ``healed``."""
    failed: list[tuple[Record, SdctlError]] = []
    for record in records:
        try:
            healed.append(heal(engine, stack, record, by=by))
        except TargetUnavailable:
            raise
        except SdctlError as error:
            unhealed.name(record, error)
            failed.append((record, error))
    return failed


def _to_run_again(
    engine: Target, stack: Stack, record: Record, operations: Sequence[Op]
) -> Sequence[str]:
    """The nodes that run when it is healed: those that it held down, and no other fault does. The
    stack is looked at once for all others: many faults that end at once must not ask for it with
    the square of their number."""
    nodes = _nodes_held_again(operations)
    others = [other for other in fault_records.active(stack) if other.id != record.id]
    if nodes and others:
        with contextlib.suppress(NoSuchTarget):
            snapshot = observation.snapshot(engine, stack)
            for other in others:
                with contextlib.suppress(SdctlError):
                    nodes -= _nodes_held_again(operations_of(known(other), other, snapshot))
    return sorted(nodes)


def _nodes_held_again(operations: Sequence[Op]) -> set[str]:
    """The nodes that run again by these operations."""
    return {operation.node for operation in operations if isinstance(operation, Start | Unpause)}


def _prove(engine: Target, record: Record, operations: Sequence[Op], nodes: Sequence[str]) -> None:
    """A fault is healed when the engine says so of each of ``nodes``, not when it was told to."""
    impaired = [operation.node for operation in operations if isinstance(operation, Restore)]

    def left() -> dict[str, str]:
        helped = (Helped(node=node, fault=record.id, cause="is it over?") for node in impaired)
        there = {look.node: "impaired" for look in helped if engine.apply(look).code != GONE}
        return {**not_running(engine.nodes(), nodes), **there}

    healed, still = waiting.until(left, lambda left: not left, timeout_s=PROOF_S)
    if not healed:
        seen = ", ".join(f"{node} is {state}" for node, state in still.items())
        raise SdctlError(
            f"{record.id} {record.kind} is not healed: {seen}",
            hint=f"`sdctl chaos heal {record.id}` tries again; `sdctl logs NODE` may tell why "
            "it does not run.",
        )


def not_running(instances: Sequence[Instance], nodes: Sequence[str]) -> dict[str, str]:
    """Pure: the state of each of ``nodes`` that is still held. One that restarts is not: whether it
    gets well is watched after that."""
    return {
        instance.node: instance.shown or instance.state
        for instance in instances
        if instance.node in nodes and instance.state not in ("running", "restarting")
    }


def announce(engine: Target, record: Record) -> None:
    """Tell the components that want to know that a fault begins or has ended. One that does not
    listen is left alone: it may be what the fault broke."""
    from sdctl.components.component import every_component

    running = [instance for instance in engine.nodes() if instance.state == "running"]
    components = {component.name: component for component in every_component()}
    for instance in running:
        component = components.get(instance.component)
        if component is not None and component.on_fault:
            command = (*component.on_fault, record.id, record.started_at, record.healed_at or "")
            with contextlib.suppress(SdctlError):
                engine.apply(Exec(node=instance.node, command=command, cause=f"fault {record.id}"))


def sweep(engine: Target, stack: Stack) -> None:
    """Heal whatever is overdue, and say so: for the rare case that sdctl and its healer both
    died, or could not."""
    late = [record for record in fault_records.active(stack) if record.overdue(by_s=_HEALER_S)]
    healed, failed = heal_all(engine, stack, late, by=BY_SWEEP)
    for record in healed:
        output.warn(
            f"{record.id} {record.kind} on {record.target} was to be healed at "
            f"{utc(record.deadline)} and was not: it is healed now"
        )
    for error in failed:
        output.warn(f"{error.message}. {error.hint}")
