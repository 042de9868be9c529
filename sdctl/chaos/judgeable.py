"""Whether a run can be judged again: it is over, and the stack that it wrote to is there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.foundation import processes
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.foundation.units import utc
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.run_folder import RunFolder
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.target import Target


def same_stores(engine: Target, stack: Stack, folder: RunFolder) -> bool:
    """Whether the stack that runs is the one the run wrote to, not one made after a ``down``."""
    return bool(engine.nodes()) and wrote_to(folder, stack)


def wrote_to(folder: RunFolder, stack: Stack) -> bool:
    """Whether the run's stack is this one, running or not."""
    stack_id = (folder.read("run") or {}).get("stack_id")
    return stack_id is not None and stack_id == stack.identity


def written_of(stack: Stack, folder: RunFolder) -> tuple[LedgerFile, list[Record]]:
    """The writes of a run that is over, and its faults. Raises ``NoSuchTarget`` without a ledger,
    ``UsageError`` while it still runs or a fault of it is on."""
    ledger = folder.ledger_file()
    if ledger is None:
        raise NoSuchTarget(
            f"run {folder.run} has no ledger that can be read",
            hint="It ended before its first write, or its file is damaged or gone.",
        )
    records = [record for record in fault_records.all_records(stack) if record.run == folder.run]
    check_over(folder, ledger, records)
    return ledger, records


def plan(engine: Target, stack: Stack, folder: RunFolder) -> list[str]:
    """What judging it again would do, a line each. Raises as ``written_of``."""
    written_of(stack, folder)
    judges = f"judge run {folder.run} by what it wrote down: its stores are not there any more"
    if same_stores(engine, stack, folder):
        judges = f"read every store back, and compare it with the writes of run {folder.run}"
    kept = folder.has("verdict")
    return [judges, *([] if kept else [f"write {folder.path / 'verdict.json'}"])]


def check_over(folder: RunFolder, ledger: LedgerFile, records: Sequence[Record]) -> None:
    """Raises ``UsageError`` while the run goes on, or a fault of it is on."""
    said = folder.read("run") or {}
    if not ledger.complete and processes.lives(said):
        raise UsageError(
            f"run {folder.run} is still running (process {said['pid']})",
            hint="It will give a verdict when it ends.",
        )
    for record in records:
        if record.healed_at is None:
            raise UsageError(
                f"{record.id} {record.kind} on {record.target} is still on",
                hint=f"It is healed at {utc(record.deadline)}. To heal it now: "
                f"`sdctl chaos heal {record.id}`.",
            )


def verdict_given(folder: RunFolder, written: Mapping[str, Any]) -> str:
    """What it was judged to be when its stores were there; empty: nothing, or it is not known."""
    if "verdict" not in written:
        return ""
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(folder.written_at("verdict")))
    return f", so it cannot be judged again. {written['verdict'].upper()} was given at {at}"
