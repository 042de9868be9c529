"""A run judged once more, from its files and the stores as they are now: ``sdctl verdict RUN``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sdctl.chaos import moments, outages, settling
from sdctl.chaos.timing import timing
from sdctl.components.component import Component
from sdctl.design.profile import Profile
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.ledger import LedgerFile
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.runs import RunFolder
from sdctl.judge.verdict import Verdict
from sdctl.state import fault_records
from sdctl.state.fault_records import Record
from sdctl.state.stack import Stack
from sdctl.targets.target import Target


def judge(
    engine: Target,
    stack: Stack,
    folder: RunFolder,
    profile: Callable[[], Profile],
    components: Mapping[str, Component],
    tell: Callable[[str], None] = lambda why: None,
) -> Verdict:
    """The verdict of a run that ended or was killed. Stores and logs are read if they still are
    those that it wrote to; what is waited for is ``tell``-ed. What only the run itself could
    measure is as it wrote that down. Of a game day, with several faults, it is the writes and the
    nodes that are judged again.

    Raises ``NoSuchTarget`` without a ledger, ``UsageError`` while it still runs or its fault is on.
    """
    ledger = folder.ledger_file()
    if ledger is None:
        raise NoSuchTarget(
            f"run {folder.run} has no ledger", hint="It ended before its first write."
        )
    records = [record for record in fault_records.all_records(stack) if record.run == folder.run]
    _is_over(folder, ledger, records)
    record = records[0] if len(records) == 1 else None
    outage = _outage(record, ledger)
    result, before = folder.read("result"), folder.read("verdict") or {}
    facts = RunFacts.of_json(before, _lasted(record))
    reading, timed = None, Timing(outage=outage)
    if same_stores(engine, stack, folder):
        reading = settling.audit(engine, stack, folder.run, ledger.writes(), tell=tell)
        if record is not None:
            timed = timing(engine, profile(), components, record, outage, facts.led_after_s)
    if records and not before:
        facts = replace(facts, unseen="the run was killed before it gave its verdict")
    return Verdict(
        run=folder.run,
        fault=FaultFacts.of(record) if record else None,
        load=LoadFacts.of_json(result) if result else None,
        timing=timed,
        audit=reading.audit if reading else None,
        settled=reading.settled if reading else False,
        unsettled=reading.why if reading else "the stack that it wrote to is not there any more",
        complete=ledger.complete,
        facts=facts,
        reads=outages.reads_of(folder.series(), outage, time.monotonic() - time.time()),
        leader_before=before.get("leader_before"),
        leader_after=before.get("leader_after", timed.leader),
        expected=tuple(map(Expectation.of_json, before.get("expected") or ())),
        next_step=before.get("next_step") or "",
    )


def same_stores(engine: Target, stack: Stack, folder: RunFolder) -> bool:
    """Whether the stack that runs is the one the run wrote to, not one made after a ``down``."""
    wrote_to = (folder.read("run") or {}).get("stack_id")
    return bool(engine.nodes()) and wrote_to is not None and wrote_to == stack.identity


def _is_over(folder: RunFolder, ledger: LedgerFile, records: Sequence[Record]) -> None:
    pid = (folder.read("run") or {}).get("pid")
    if not ledger.complete and isinstance(pid, int) and _lives(pid):
        raise UsageError(
            f"run {folder.run} is still running (process {pid})",
            hint="It will give a verdict when it ends.",
        )
    for record in records:
        if record.healed_at is None:
            raise UsageError(
                f"{record.id} {record.kind} on {record.target} is still on",
                hint=f"It is healed at {record.until}. To heal it now: "
                f"`sdctl chaos heal {record.id}`.",
            )


def _lasted(record: Record | None) -> float | None:
    """From a fault's injection until it was undone."""
    if record is None or record.healed_at is None:
        return None
    return moments.wall(record.healed_at) - moments.wall(record.injected_at or record.started_at)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _outage(record: Record | None, ledger: LedgerFile) -> Outage | None:
    if record is None:
        return None
    return outages.outage_of(ledger.writes(), moments.injected_at(record))
