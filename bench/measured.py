"""docs/measured.md and the README's table of figures, from real commands on a real stack.

    make measured                         # about an hour, on `standard`
    make measured ARGS='--quick'          # about 15 minutes, with few runs
    make measured ARGS='--only load'      # one part again; the others stay as they are
    make measured ARGS='--page'           # only write the pages again, from docs/measured.json

The stack is one of its own, with a port of its own; it is removed at the end. A figure that could
not be measured is written down with the reason, and the others are still measured.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import docker
import measured_page
import psutil
from measured_session import Figure, NotMeasured, Session, cpu_seconds, memory, say

from sdctl.load.host_cpu import HostCpu

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "docs" / "measured.json"
FULL = {"ups": 3, "again": 5, "loads": 6, "trials": 10, "unfenced": 5, "pauses": 6}
QUICK = {"ups": 1, "again": 3, "loads": 3, "trials": 3, "unfenced": 3, "pauses": 3}
"""How often each is done. From six runs on, a median has an interval."""
SETTLE_S = 20
RPS = 200
"""What two cores carry on `standard`, with half of them left."""
FAILOVERS = {
    "database": ("kill", "stop", "crash"),
    "documents": ("kill", "stop", "crash"),
    "cache": ("kill",),
    "queue": ("kill", "partition"),
    "consensus": ("kill",),
}
"""By tier, in which ways its leader is taken away."""
FENCED = ("database", "documents")
"""The tiers whose leader has a lease, which the tier `fencing` revokes if it is there."""
LEADER = {
    "database": "the database's leader",
    "documents": "the document store's leader",
    "cache": "a primary of the cache",
    "queue": "the leader of the queue",
    "consensus": "the leader of consensus in `ha`",
}
WAY = {"kill": "killed", "stop": "shut down in order", "crash": "crashed", "partition": "cut off"}


def main() -> None:
    """Measure, write the record, write the pages."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--only", choices=PARTS, action="append")
    options.add_argument("--page", action="store_true")
    options.add_argument("--profile", default="standard")
    options.add_argument("--stack", default="measured")
    options.add_argument("--port", type=int, default=18080)
    given = options.parse_args()
    if not given.page:
        try:
            measure(given)
        except NotMeasured as problem:
            sys.exit(f"{problem}\nWhat was measured so far is in {RECORD}.")
    measured_page.write(ROOT, json.loads(RECORD.read_text()))


def measure(given: argparse.Namespace) -> None:
    """One part after the other. Each is written down once it is there."""
    runs = QUICK if given.quick else FULL
    empty = {"parts": {}, "written_down": []}
    record = json.loads(RECORD.read_text()) if RECORD.exists() else empty
    record |= {"profile": given.profile, "machine": machine()}
    session = Session(given.stack, given.port, given.profile, runs, given.quick)
    try:
        for name, part in PARTS.items():
            if name not in (given.only or PARTS):
                continue
            origin, began = code(quick=given.quick), time.monotonic()
            session.figures = []
            session.up(given.profile)
            part(session)
            took = {"seconds": round(time.monotonic() - began), "figures": session.figures}
            record["parts"][name] = origin | took
            RECORD.write_text(json.dumps(record, indent=1) + "\n")
    finally:
        session.sdctl("down")


def code(*, quick: bool) -> dict[str, Any]:
    """When, and which code, and how busy the machine was."""
    say("how busy is the machine?")
    cpu = HostCpu()
    time.sleep(10)
    git = ["git", "-C", str(ROOT)]
    changed = subprocess.check_output([*git, "status", "--porcelain", "--", "sdctl", "templates"])
    commit = subprocess.check_output([*git, "rev-parse", "--short", "HEAD"], text=True)
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": commit.strip(),
        "changed": bool(changed.strip()),
        "quick": quick,
        **cpu.shares(),
    }


def machine() -> dict[str, Any]:
    """What does not change while it runs."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 1024**3),
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "docker": docker.from_env().version()["Version"],
    }


def starting(session: Session) -> None:
    """How long until every node is ready, and how much an idle stack takes."""
    profile = session.profile
    for other in [] if session.quick else ["lite", "ha"]:
        idle(session, other, starts=True)
    with session.figure(
        "up",
        f"`up {profile}` after `down`, images built",
        f"sdctl down; time sdctl up {profile}",
        "s",
    ) as made:
        for _ in range(session.runs["ups"]):
            session.sdctl("down")
            made["values"].append(round(session.up(profile), 1))
    with session.figure(
        "again", f"`up {profile}` when all runs", f"time sdctl up {profile}", "s"
    ) as made:
        for _ in range(session.runs["again"]):
            made["values"].append(round(session.up(profile), 2))
    idle(session, profile)


def idle(session: Session, profile: str, *, starts: bool = False) -> None:
    """Memory as `docker stats` shows it: without the page cache that can be given back."""
    with session.figure(
        f"memory {profile}",
        f"idle memory of `{profile}`, all containers",
        "docker stats --no-stream",
        "GiB",
    ) as made:
        if starts:
            session.sdctl("down")
            session.up(profile)
        time.sleep(SETTLE_S)
        running = session.containers()
        made["also"] = f"{len(running)} containers"
        made["values"].append(round(sum(map(memory, running)) / 1024**3, 2))


def load(session: Session) -> None:
    """A steady load: latency, failures, and the CPU of all containers."""
    command = f"sdctl load --rps {RPS} --duration 30s"
    results: list[tuple[dict[str, Any], float]] = []
    good: list[tuple[dict[str, Any], float]] = []
    with session.figure("p50", f"{RPS} requests a second, p50", command, "ms") as made:
        for _ in range(session.runs["loads"]):
            before = cpu_seconds(session)
            # 9: the machine was too slow for the rate. That is said, and the run is not counted.
            told = session.sdctl("--json", *command.split()[1:], may_end_with=(0, 8, 9))
            results.append((json.loads(told), cpu_seconds(session) - before))
        good = [pair for pair in results if not pair[0]["generator"]["saturated"]]
        made["also"] = not_counted(len(results) - len(good))
        if not good:
            raise NotMeasured("the machine was too busy to send the requests on time")
        made["values"] = [result["latency_ms"]["response"]["p50"] for result, _ in good]
    with session.figure("p99", f"{RPS} requests a second, p99", command, "ms") as made:
        if not good:
            raise NotMeasured("the machine was too busy to send the requests on time")
        made["values"] = [result["latency_ms"]["response"]["p99"] for result, _ in good]
        sent, failed = (sum(r["requests"][name] for r, _ in good) for name in ("sent", "failed"))
        made["also"] = f"{failed:,} of {sent:,} requests failed"
    with session.figure("cpu", "CPU of all containers for one request", command, "ms") as made:
        made["values"] = [round(1000 * cpu / r["requests"]["sent"], 2) for r, cpu in results]
    with session.figure(
        "generator", "CPU of the load generator for one request", command, "ms"
    ) as made:
        made["values"] = [
            round(1000 * r["generator"]["cpu_s"] / r["requests"]["sent"], 3) for r, _ in results
        ]


def not_counted(runs: int) -> str:
    """The runs in which the machine, not the system, was the limit."""
    return f"{runs} more runs do not count: the machine was too busy" if runs else ""


def failovers(session: Session, tier: str) -> None:
    """The leader of a tier taken away again and again, in each way."""
    if tier == "consensus":  # one node elsewhere, from which nobody can take over
        session.sdctl("down")
        session.up("ha")
    for how in FAILOVERS[tier]:
        command = f"sdctl bench failover {tier} --how {how} --trials {session.runs['trials']}"
        what = f"writes stopped after {LEADER[tier]} was {WAY[how]}"
        key = tier if how == "kill" else f"{tier} {how}"
        with session.figure(key, what, command, "s") as made:
            trials(session, command, made)


def unfenced(session: Session) -> None:
    """The leader killed where nobody revokes its lease, so that it runs out."""
    settings = {tier: f"{tier}.fencing=none" for tier in FENCED}
    session.up(session.profile, *settings.values())
    for tier, setting in settings.items():
        command = f"sdctl bench failover {tier} --how kill --trials {session.runs['unfenced']}"
        what = f"writes stopped after {LEADER[tier]} was killed, without fencing"
        all_of_it = f"sdctl up --set {setting}; {command}"
        with session.figure(f"{tier} unfenced", what, all_of_it, "s") as made:
            trials(session, command, made)


def trials(session: Session, command: str, made: Figure) -> None:
    """How long writes stopped in each trial of a bench, and what else came of them."""
    with tempfile.TemporaryDirectory() as folder:
        kept = ("--out", f"{folder}/trials.json")
        told = session.sdctl("--json", *command.split()[1:], *kept, may_end_with=(0, 8, 9))
    result = json.loads(told)
    times = [trial["rto_ms"] for trial in result["trials"]]
    made["values"] = [round(ms / 1000, 3) for ms in times if ms is not None]
    made["also"] = measured_page.outcome(result["summary"])
    if not made["values"]:
        made["text"] = f"no trial of {len(times)} had a write that was stopped"


def honesty(session: Session) -> None:
    """Known answers: what do our own figures say about them?"""
    with session.figure(
        "pause",
        "gateway paused for 3.000 s: writes stopped for",
        "sdctl chaos pause gateway --for 3s",
        "s",
    ) as made:
        command = ("--json", "chaos", "pause", "gateway", "--for", "3s")
        for _ in range(session.runs["pauses"]):
            verdict = json.loads(session.sdctl(*command, may_end_with=(0, 8, 9)))
            if verdict["rto_ms"] is not None:
                made["values"].append(round(verdict["rto_ms"] / 1000, 3))
        if not made["values"]:
            raise NotMeasured("no verdict had an outage")
    with session.figure(
        "freeze", "a frozen server: p99 that arithmetic asks for", "sdctl selftest freeze", "ms"
    ) as made:
        told = json.loads(
            session.sdctl("--json", "selftest", "freeze", "--offline", may_end_with=(0, 8, 9))
        )
        [frozen] = [row for row in told["checks"] if row["variant"] == "frozen"]
        made["text"] = f"expected {frozen['expected']}; the load generator said {frozen['got']}"


PARTS: dict[str, Callable[[Session], None]] = {
    "starting": starting,
    "load": load,
    **{tier: partial(failovers, tier=tier) for tier in FAILOVERS if tier != "consensus"},
    "unfenced": unfenced,
    "honesty": honesty,
    "consensus": partial(failovers, tier="consensus"),
}


if __name__ == "__main__":
    main()
