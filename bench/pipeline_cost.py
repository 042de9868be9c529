"""What the log pipeline costs: the same load with it and without it, in turns; medians.

    python bench/pipeline_cost.py --rps 500 --seconds 30 --turns 3

Changes the stack `sdctl` (profile standard) between the turns by `sdctl up`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

WITHOUT = "tiers=[gateway, lb, app, worker, cache, database, consensus, queue, observer, documents, metrics]"  # noqa: E501
WITH = WITHOUT.replace("]", ", search, collector]")


def main() -> None:
    """A line per turn, then the medians and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rps", default="500")
    options.add_argument("--seconds", default="30")
    options.add_argument("--turns", type=int, default=3)
    given = options.parse_args()
    p99: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(given.turns):
        for name, tiers in (("without", WITHOUT), ("with", WITH)):
            _sdctl("up", "standard", "--set", tiers)
            _sdctl("load", "--rps", given.rps, "--duration", "10s")  # the first seconds are others
            result = json.loads(
                _sdctl("--json", "load", "--rps", given.rps, "--duration", f"{given.seconds}s")
            )
            p99[name].append(result["latency_ms"]["response"]["p99"])
            print(_line(turn, name, result), file=sys.stderr)
    medians = {name: statistics.median(values) for name, values in p99.items()}
    print(json.dumps({**medians, "ratio": round(medians["with"] / medians["without"], 2)}))


def _line(turn: int, name: str, result: dict[str, Any]) -> str:
    failed, p99 = result["requests"]["failed"], result["latency_ms"]["response"]["p99"]
    return f"turn {turn + 1} {name}: {failed} failed, p99 {p99} ms"


def _sdctl(*words: str) -> str:
    done = subprocess.run(["sdctl", *words], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 9):  # 9: the generator was late
        sys.exit(f"sdctl {' '.join(words)}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
