"""A run's folder as a fault on a stack leaves it, and what a browser makes of its page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sdctl.foundation.units import utc
from sdctl.judge.run_folder import RunFolder
from sdctl.report.material import Material, gather
from sdctl.state.fault_record import Record
from tests.verdicts import verdict

START = datetime(2026, 11, 23, 17, 0, 0, tzinfo=UTC)
FIRST_S = 0.4
"""The ledger is opened so long before the first write is sent."""
DOWN = (10.0, 12.0)
"""No write is acknowledged in between, in seconds since the first write."""


def record() -> Record:
    moments = {
        name: utc(START + timedelta(seconds=FIRST_S + at))
        for name, at in (("started_at", 9.9), ("injected_at", 10.0), ("healed_at", 14.0))
    }
    return Record(
        id="f-1", kind="kill-leader", params={}, how="kill", tier="database",
        target="postgres-1", until=moments["healed_at"], run="r1", **moments,
    )  # fmt: skip


def lines(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def write_run(path: Path, *, rto_ms: int = 2005, only: str = "", **manifest: Any) -> RunFolder:
    """20 s at 100 rps with an outage of two seconds; ``only`` files whose names begin so."""
    path.mkdir(parents=True, exist_ok=True)
    sent = [number / 100 for number in range(2000)]
    done = [at + 0.004 for at in sent]
    late = [at for at in done if DOWN[0] < at < DOWN[1]]
    kept = [at for at in done if at not in late]
    writes = [
        {"key": f"k{n}", "sent_s": FIRST_S + at - 0.004, "done_s": FIRST_S + at,
         "outcome": "acknowledged", "order_id": "o"}
        for n, at in enumerate(kept)
    ]  # fmt: skip
    first_after = sum(at < DOWN[1] for at in kept)
    for number, at in enumerate((10.2, 10.21, 10.22), first_after):  # they had to wait
        writes[number]["sent_s"] = FIRST_S + at
    ticks = [
        {"at_s": second + 1.0, "span_s": 1.0, "target_rps": 100, "achieved_rps": 100,
         "p50_ms": 2.5, "p99_ms": 9.0, "service_p99_ms": None, "ok": 100 * (second + 1),
         "failed": 6, "unknown": 2}
        for second in range(20)
    ]  # fmt: skip
    result = {
        "requests": {"ok": 2000, "failed": 6, "unknown": 2, "by_status": {}, "by_error": {}},
        "achieved_rps": 100.0, "target_rps": 100,
        "latency_ms": {"response": {"p99": 31.0}, "service": {"p99": 30.0}},
        "generator": {"saturated": False, "late_ms_p99": 0.4},
    }  # fmt: skip
    head = {
        "run": "r1", "kind": "chaos", "started_at": utc(START), "seed": 4711,
        "settings": {"database": {"ttl": 20}}, "images": {"postgres-1": "sdctl/postgres:abc"},
        "host": {"cpus": 2, "memory_bytes": 2**32, "kernel": "6.1", "docker": "20.10"},
        "schedule": {"points": [[0, 100]], "duration_s": 1800},
    }  # fmt: skip
    acknowledged = verdict(rto_ms, acknowledged=len(writes), refused=0, unknown=0)
    files = {
        "run.json": json.dumps(head | manifest),
        "ledger.jsonl": lines(
            {"run": "r1", "started_at": START.timestamp()}, *writes, {"ended_at": 0}
        ),
        "series.jsonl": lines(*ticks),
        "result.json": json.dumps(result),
        "verdict.json": json.dumps(acknowledged),
    }
    for name, text in files.items():
        if name.startswith(only):
            (path / name).write_text(text)
    return RunFolder(path)


def material(path: Path, **changes: Any) -> Material:
    return gather(write_run(path, **changes), record())


class Outside(HTMLParser):
    """Collects whatever a browser would fetch, and every element's name."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href", "srcset", "data", "action", "poster", "xlink:href"}:
                self.fetched.append(f"{tag} {name}={value}")
            if name == "style" or name.startswith("on"):
                self.fetched.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Outside:
    page = Outside()
    page.feed(path.read_text())
    return page
