"""What verdicts in tests are made of."""

from __future__ import annotations

from sdctl.judge.audit import Audit, check
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.holdings import Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage

FAULT = FaultFacts(
    id="f-3",
    kind="kill-leader",
    how="kill",
    tier="database",
    target="postgres-2",
    started_at="2026-11-23T17:00:00.123Z",
    healed_at=None,
)
OUTAGE = Outage(seconds=2.1104, since=5.0, until=7.1104, resolution=0.02)
TIMING = Timing(outage=OUTAGE)
LOAD = LoadFacts(sent=6000, ok=5800, failed=150, unknown=50, stale_reads=0)


def audit(*found: StoredWrite) -> Audit:
    """Of an acknowledged, an unknown and a refused write."""
    ledger = Ledger("r")
    ledger.append(Write("a", 0, 1, "acknowledged"))
    ledger.append(Write("u", 0, 1, "unknown"))
    ledger.append(Write("x", 0, 1, "refused"))
    keys = dict(zip("aux", found, strict=False))
    there = {key: stored for key, stored in keys.items() if stored.count}
    return check(ledger, Holdings(copies=(Copy(node="s-1", leads=True, found=there),)))


ONCE, NONE, TWICE = StoredWrite(count=1), StoredWrite(count=0), StoredWrite(count=2)
GOOD = audit(ONCE)
