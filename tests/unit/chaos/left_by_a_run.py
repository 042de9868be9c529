"""What a run leaves that was killed, and the record of its fault."""

from __future__ import annotations

from sdctl.judge import runs
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.run_folder import RunFolder
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack

NOBODY = 4_000_000
"""No process has this id: above Linux' default limit, 4,194,304 at most."""


def killed(stack: Stack, run: str, *, pid: int = NOBODY) -> RunFolder:
    """What a run that was killed leaves: writes each 10 ms, of which those of 3 s had to wait, from
    1 s on."""
    folder = runs.folder(stack, run)
    folder.write("run", {"run": run, "pid": pid, "stack_id": stack.identity})
    ledger = Ledger(run, path=folder.ledger)
    for number in range(500):
        at = ledger.started_at + number / 100 + (3.0 if number >= 100 else 0.0)
        sent = at - 3.0 if 100 <= number < 103 else at
        ledger.append(Write(f"{run}-{number}", sent, at, "acknowledged", "o"))
    ledger.close()
    whole = folder.ledger.read_text().splitlines(keepends=True)
    folder.ledger.write_text("".join(whole[:-1]))
    return folder


def fault_of(stack: Stack, run: str) -> Record:
    record = fault_records.open_record(
        stack,
        kind="pause",
        params={},
        how=None,
        tier="gateway",
        target="gateway-1",
        for_s=3,
        run=run,
    )
    return fault_records.injecting(stack, record)
