"""What the log pipeline costs: the same load with it and without it, in turns; medians.

    python bench/pipeline_cost.py --rps 500 --seconds 30 --turns 5

Changes the stack (profile standard) between the turns by `sdctl up`. Beside the p99 of each turn
stands the CPU that each tier used in it, as the kernel counts it: that says more than a p99 where
the machine has other work, or none to spare.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
from typing import Any

TIERS = "gateway, lb, app, worker, cache, database, consensus, queue, observer, documents, metrics, containers"  # noqa: E501
ARMS = {"without": f"tiers=[{TIERS}]", "with": f"tiers=[{TIERS}, search, collector]"}
Turn = dict[str, Any]


def main() -> None:
    """A line per turn, then the medians and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rps", default="500")
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--turns", type=int, default=5)
    options.add_argument("--stack", default="sdctl")
    options.add_argument("--set", action="append", default=[], help="as of `sdctl up`")
    given = options.parse_args()
    turns: dict[str, list[Turn]] = {name: [] for name in ARMS}
    for number in range(1, given.turns + 1):
        for name, tiers in ARMS.items():
            turn = _turn(given, tiers)
            turns[name].append(turn)
            print(json.dumps({"turn": number, "pipeline": name, **turn}), file=sys.stderr)
    medians = {
        name: {key: statistics.median(each[key] for each in made) for key in ("p50_ms", "p99_ms")}
        for name, made in turns.items()
    }
    ratio = medians["with"]["p99_ms"] / medians["without"]["p99_ms"]
    print(json.dumps({**medians, "p99_ratio": round(ratio, 2)}))


def _turn(given: argparse.Namespace, tiers: str) -> Turn:
    """One arm: its stack, a warm-up, the load."""
    sets = [word for value in (tiers, *given.set) for word in ("--set", value)]
    _sdctl(given.stack, "up", "standard", *sets)
    load = ("load", "--rps", given.rps, "--duration")
    _sdctl(given.stack, *load, "10s")  # the first seconds are others
    result = json.loads(_sdctl(given.stack, "--json", *load, f"{given.seconds}s"))
    window = max(15, given.seconds - 5)
    expression = f"sum by (tier) (rate(container_cpu_usage_seconds_total[{window}s]))"
    figures = _sdctl(given.stack, "shell", "metrics", "--", expression)
    used = re.findall(r'\{tier="(\w+)"\} => ([0-9.]+)', figures)
    latency = result["latency_ms"]["response"]
    return {
        "p50_ms": latency["p50"],
        "p99_ms": latency["p99"],
        "failed": result["requests"]["failed"],
        "machine_load": os.getloadavg()[0],
        "cores": {tier: round(float(cores), 3) for tier, cores in sorted(used)},
    }


def _sdctl(stack: str, *words: str) -> str:
    done = subprocess.run(
        ["sdctl", "--stack", stack, *words], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 9):  # 9: the generator was late
        sys.exit(f"sdctl {' '.join(words)}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
