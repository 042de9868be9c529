"""A server frozen for a known time: what must a generator report? Arithmetic says.

    python bench/freeze.py --cache "$(bench/peers.sh)"

Frozen for D = 2 s in a run of T = 100 s at an even rate, a request that is due x into the freeze
takes D - x. So a share (D - v)/T of all takes longer than v, and the p99 is D - T/100 = 1.0 s.
One connection can send only one request into the freeze: there the service p99 stays in
milliseconds, which is what a generator that waits for answers would report.
Beside it vegeta, which keeps its rate too, sees the same freeze. Exit code 1 when they differ.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from target import target

from sdctl.foundation import waiting
from sdctl.load.plan import LoadPlan
from sdctl.load.runner import LoadRunner
from sdctl.load.schedule import constant
from sdctl.workloads.get import Get

WITHIN = 0.05
Peer = Callable[[], float | None]


def main() -> None:
    """One JSON object with the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, required=True)
    options.add_argument("--rps", type=int, default=200)
    options.add_argument("--seconds", type=float, default=100)
    options.add_argument("--freeze", type=float, default=2)
    given = options.parse_args()
    schedule = constant(given.rps, given.seconds)
    with target() as server, tempfile.TemporaryDirectory() as folder:
        peer = _vegeta(given, server.url, Path(folder))
        plans = {
            name: LoadPlan(
                base_url=server.url, schedule=schedule, workload=Get(), max_connections=limit
            )
            for name, limit in (("open_loop", 2_000), ("one_connection", 1))
        }
        with (
            LoadRunner(plans["open_loop"]) as wide,
            LoadRunner(plans["one_connection"]) as narrow,
        ):
            waiting.until(
                lambda: wide.latest is not None and narrow.latest is not None, bool, timeout_s=30
            )
            server.freeze()
            began = time.monotonic()
            # the freeze is the experiment: its length is what is waited for
            time.sleep(given.freeze)
            server.thaw()
            frozen_s = time.monotonic() - began
            results = {"open_loop": wide.result(), "one_connection": narrow.result()}
        figures = {
            name: {"response": result.response.to_json(), "service": result.service.to_json()}
            for name, result in results.items()
        }
        expected = frozen_s * 1000 - given.seconds * 10
        found = {"expected_p99_ms": round(expected, 1), **figures, "vegeta_p99_ms": peer()}
    print(json.dumps(found, indent=1))
    wide_p99 = figures["open_loop"]["response"]["p99"] or 0.0
    narrow_p99 = figures["one_connection"]["response"]["p99"] or 0.0
    known = [expected, *([found["vegeta_p99_ms"]] if found["vegeta_p99_ms"] else [])]
    same = all(abs(wide_p99 - value) <= WITHIN * value for value in known)
    # one connection also needs time to catch up, which only adds
    told = narrow_p99 >= (1 - WITHIN) * expected
    hidden = (figures["one_connection"]["service"]["p99"] or 1e9) < 50
    sys.exit(not (same and told and hidden))


def _vegeta(given: argparse.Namespace, url: str, folder: Path) -> Peer:
    program = given.cache / "bin/vegeta"
    if not program.exists():
        return lambda: None
    (targets := folder / "targets").write_text(f"GET {url}\n")
    output = folder / "results"
    attack = subprocess.Popen(
        [program, "attack", f"-rate={given.rps}", f"-duration={given.seconds}s",
         f"-targets={targets}", f"-output={output}"]
    )  # fmt: skip

    def p99_ms() -> float | None:
        attack.wait()
        report = subprocess.run(
            [program, "report", "-type=json", output], check=True, capture_output=True
        )
        return float(json.loads(report.stdout)["latencies"]["99th"]) / 1e6

    return p99_ms


if __name__ == "__main__":
    main()
