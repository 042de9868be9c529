"""A verdict of the tests' own, and its card as a console shows it."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from sdctl.components.band import Band
from sdctl.judge.audit import Audit
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import Timing
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import Reads, RunFacts
from sdctl.judge.verdict import Verdict
from sdctl.terminal.verdict import card

AUDIT = Audit(
    acknowledged=1000, refused=3, unknown=5, lost=(), recovered=("a",) * 4, duplicated=(),
    broken_promises=(), unfinished=(), undelivered=(), notified_twice=(),
    behind={"postgres-1": (), "postgres-2": (), "ferretdb-2": (), "ferretdb-3": ()},
)  # fmt: skip
VERDICT = Verdict(
    run="894dc5ce",
    fault=FaultFacts(
        id="f-11", kind="kill-leader", how="kill", tier="database", target="postgres-3",
        started_at="2026-11-23T17:00:00.000Z", healed_at="2026-11-23T17:01:00.000Z",
    ),
    load=LoadFacts(sent=1200, ok=1190, failed=8, unknown=2),
    timing=Timing(
        outage=Outage(seconds=20.3, since=5.0, until=25.3, resolution=0.013),
        band=Band(low_s=18, high_s=24, why="lease 20 s"),
    ),
    audit=AUDIT,
    facts=RunFacts(led=True),
    reads=Reads(answered=1080, failed=0, seconds=20.0),
    leader_before="postgres-3",
    leader_after="postgres-1",
)  # fmt: skip


def lines_of(verdict: Verdict, width: int) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    console.print(card(verdict, folder=Path("/x/894dc5ce")))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return lines


def shown(verdict: Verdict) -> str:
    return " ".join(" ".join(lines_of(verdict, 80)).replace("│", " ").split())
