"""What the log pipeline costs: the same load with it and without it, in turns; medians.

    sdctl up standard
    python bench/pipeline_cost.py --rps 500 --seconds 30 --turns 5
    python bench/pipeline_cost.py --rps 300 --killed

On a stack that runs, with search and collector. Without: both are frozen, so that they take no CPU
and are as warm as before when they go on; then they are waited for until they have caught up. With
--killed search alone is away, killed, and the collector keeps the lines for it.
Beside the p99 of each turn stands the CPU that each tier used in it, as the kernel counts it: that
says more than a p99 where the machine has other work, or none to spare (without metrics: nothing).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sdctl.foundation import waiting
from sdctl.judge.intervals import median_interval

PIPELINE = ("search", "collector")
QUIET = 100
"""Lines waiting, and lines a second, at which the pipeline has caught up: what idle tiers write."""
PATIENCE_S = 300
Turn = dict[str, Any]


def main() -> None:
    """A line per turn, then the medians, their ratio, and the median of each pair's own ratio with
    its interval: turns differ more from hour to hour than the two arms of one pair do."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rps", default="500")
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--turns", type=int, default=5)
    options.add_argument("--killed", action="store_true")
    options.add_argument("--stack", default="sdctl")
    given = options.parse_args()
    turns: dict[str, list[Turn]] = {"without": [], "with": []}
    for number in range(1, given.turns + 1):
        # each is first as often as the other
        for name in sorted(turns, reverse=number % 2 == 1):
            turns[name].append(_turn(given, away=name == "without"))
            line = {"turn": number, "pipeline": name, **turns[name][-1]}
            print(json.dumps(line), file=sys.stderr)
    medians = {
        name: {
            key: statistics.median(measured[key] for measured in made)
            for key in ("p50_ms", "p99_ms")
        }
        for name, made in turns.items()
    }
    ratio = medians["with"]["p99_ms"] / medians["without"]["p99_ms"]
    pairs = [
        on["p99_ms"] / off["p99_ms"]
        for on, off in zip(turns["with"], turns["without"], strict=True)
    ]
    ratios: dict[str, Any] = {
        "p99_ratio": round(ratio, 2),
        "p99_ratio_of_pairs": round(statistics.median(pairs), 2),
        "pairs_with_more": sum(pair > 1 for pair in pairs),
    }
    held = median_interval(pairs)
    if held:
        ratios["p99_ratio_of_pairs_interval"] = held.to_json()
    print(json.dumps({**medians, **ratios}))


def _turn(given: argparse.Namespace, *, away: bool) -> Turn:
    """One arm: a warm-up, the load, and the pipeline with nothing left to do."""
    load = ("load", "--rps", given.rps, "--duration")
    with _away(given.stack, killed=given.killed) if away else nullcontext():
        _sdctl(given.stack, *load, "10s")  # the first seconds are others
        result = json.loads(_sdctl(given.stack, "--json", *load, f"{given.seconds}s"))
        cores = _cores(given.stack, max(15, given.seconds - 5))
    behind = _caught_up(given.stack)
    latency = result["latency_ms"]["response"]
    return {
        "p50_ms": latency["p50"],
        "p99_ms": latency["p99"],
        "failed": result["requests"]["failed"],
        "machine_load": os.getloadavg()[0],
        "caught_up_s": round(behind, 1),
        "cores": cores,
    }


def _cores(stack: str, window_s: int) -> dict[str, float]:
    if not _nodes(stack, "metrics"):
        return {}
    expression = f"sum by (tier) (rate(container_cpu_usage_seconds_total[{window_s}s]))"
    figures = _sdctl(stack, "shell", "metrics", "--", expression)
    used = re.findall(r'\{tier="(\w+)"\} => ([0-9.]+)', figures)
    return {tier: round(float(cores), 3) for tier, cores in sorted(used)}


@contextmanager
def _away(stack: str, *, killed: bool) -> Iterator[None]:
    tiers, gone, back = (("search",), "kill", "start") if killed else (PIPELINE, "pause", "unpause")
    nodes = [node for tier in tiers for node in _nodes(stack, tier)]
    if not nodes:
        sys.exit(f"{stack} has no log pipeline: `sdctl up standard` first")
    subprocess.run(["docker", gone, *nodes], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["docker", back, *nodes], check=True, capture_output=True)


def _nodes(stack: str, tier: str) -> list[str]:
    wanted = [f"--filter=label=sdctl.{name}" for name in (f"stack={stack}", f"tier={tier}")]
    done = subprocess.run(
        ["docker", "ps", "--quiet", *wanted], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def _caught_up(stack: str) -> float:
    """Seconds until the pipeline has taken what was written."""
    began = time.monotonic()

    def waiting_lines() -> int:
        seen = json.loads(_sdctl(stack, "--json", "inspect", "collector"))
        now = {key: value for table in seen["tables"] for key, value in table["rows"][0].items()}
        return max(now["backlog"] or 0, now["lines_per_s"] or 0)

    done, left = waiting.until(
        waiting_lines, lambda lines: lines < QUIET, timeout_s=PATIENCE_S, every_s=1
    )
    if not done:
        sys.exit(f"{left} lines still wait after {PATIENCE_S} s: see `sdctl inspect collector`")
    return time.monotonic() - began


def _sdctl(stack: str, *words: str) -> str:
    done = subprocess.run(
        ["sdctl", "--stack", stack, *words], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 9):  # 9: the generator was late
        sys.exit(f"sdctl {' '.join(words)}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
