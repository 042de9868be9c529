"""Does indexing keep up? A node that prints lines at a steady rate, and when the last is found.

    python bench/log_rate.py --rate 2000 --seconds 30

Needs a running stack with its search tier. It runs one container of its own, with the stack's
labels (so `status` shows it as a node while it runs), and removes it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import uuid

PRINT = """
import json, sys, time
rate, seconds, mark = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
began = time.monotonic()
for n in range(rate * seconds):
    if n % 20 == 0:
        wait = began + n / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
    print(json.dumps({"message": f"line {n}", "bench": mark, "status": 200, "method": "GET",
                      "path": "/v1/orders/01a20b9b-e67d-7962-9ad3-f6d44ca58f0b", "took_ms": 3}),
          flush=n % 20 == 19)
"""


def main() -> None:
    """Print the figures as one JSON object."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=int, default=2000)
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--stack", default="sdctl")
    given = options.parse_args()
    mark, total = uuid.uuid4().hex, given.rate * given.seconds
    labels = {"stack": given.stack, "tier": "bench", "node": "bench-1"}
    command = ["docker", "run", "--rm", "--name", f"sdctl-{given.stack}-bench-{mark[:8]}",
               "--network", "none", "--log-driver", "json-file", "--log-opt",
               "labels=" + ",".join(f"sdctl.{name}" for name in labels)]  # fmt: skip
    for name, value in labels.items():
        command += ["--label", f"sdctl.{name}={value}"]
    command += ["--entrypoint", "python3", _python_image(), "-c", PRINT]
    command += [str(given.rate), str(given.seconds), mark]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    printed = time.monotonic()
    deadline, found = printed + 120, 0
    while found < total and time.monotonic() < deadline:
        found = _found(given.stack, mark)
    print(
        json.dumps(
            {
                "lines": total,
                "printed_per_s": round(total / (printed - began)),
                "found": found,
                "last_found_after_s": round(time.monotonic() - printed, 1),
            }
        )
    )
    sys.exit(found != total)


def _python_image() -> str:
    listed = subprocess.run(
        ["docker", "images", "sdctl/python", "--format", "{{.Repository}}:{{.Tag}}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return listed.stdout.split()[0]


def _found(stack: str, mark: str) -> int:
    """How many of the lines the search tier has."""
    done = subprocess.run(
        ["sdctl", "--stack", stack, "logs", "--search", f"bench:{mark}", "--tail", "1"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    words = done.stderr.split()
    return int(words[words.index("of") + 1]) if "of" in words else len(done.stdout.splitlines())


if __name__ == "__main__":
    main()
