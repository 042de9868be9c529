"""The load generator beside its peers, on one machine with the server; in turns; medians.

    python bench/load_generator.py --cache "$(bench/peers.sh)"

The bars: 18,000 rps kept by one process with a p99 lateness below 20 ms; CPU per request below
hey's and below a sixth of Locust's; below 6% of a core at 500 rps. Exit code 1 when one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from target import target

FULL_RPS, LOW_RPS = 18_000, 500
FULL, LOW = f"sdctl, {FULL_RPS} rps asked", f"sdctl, {LOW_RPS} rps asked"
BARE = f"nothing but uvloop and httptools, {LOW_RPS} rps"
CONNECTIONS = "50"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One run of one generator. CPU is of user and system, after the start where that is told."""

    rps: float
    cpu_s: float
    requests: int
    p99_ms: float | None = None
    late_ms: float | None = None

    @property
    def cpu_us(self) -> float:
        """CPU per request."""
        return self.cpu_s / max(self.requests, 1) * 1e6


@dataclass(frozen=True)
class Bench:
    """Runs each generator for ``seconds`` against ``url``."""

    url: str
    seconds: int
    cache: Path

    def sdctl(self, rps: int) -> Turn:
        """One process, open loop."""
        program = Path(sys.executable).with_name("sdctl")
        words = ["--json", "load", "--url", self.url, "--rps", str(rps), "--processes", "1"]
        text, _ = _spent([program, *words, "--duration", f"{self.seconds}s"], fine=(0, 9))
        found = json.loads(text)
        return Turn(
            rps=found["achieved_rps"],
            cpu_s=found["generator"]["cpu_s"],
            requests=found["requests"]["sent"],
            p99_ms=found["latency_ms"]["response"]["p99"],
            late_ms=found["generator"]["late_ms_p99"],
        )

    def bare(self) -> Turn:
        """What is left of sdctl when nothing is counted."""
        program = Path(__file__).with_name("bare.py")
        words = [sys.executable, program, self.url, str(LOW_RPS), str(self.seconds)]
        text, _ = _spent(words)
        found = json.loads(text)
        return Turn(rps=LOW_RPS, cpu_s=found["cpu_s"], requests=found["sent"])

    def hey(self) -> Turn:
        """Closed loop, as fast as it goes."""
        words = ["-z", f"{self.seconds}s", "-c", CONNECTIONS, self.url]
        text, cpu_s = _spent([self.cache / "bin/hey", *words])
        requests = sum(map(int, re.findall(r"(\d+) responses", text)))
        return Turn(rps=requests / self.seconds, cpu_s=cpu_s, requests=requests)

    def wrk(self) -> Turn:
        """Closed loop, one thread, as fast as it goes."""
        words = ["-t1", f"-c{CONNECTIONS}", f"-d{self.seconds}s", self.url]
        text, cpu_s = _spent([Path(shutil.which("wrk") or ""), *words])
        requests = int(text.partition(" requests in")[0].split()[-1])
        return Turn(rps=requests / self.seconds, cpu_s=cpu_s, requests=requests)

    def vegeta(self, rps: int) -> Turn:
        """Open loop at the same rate."""
        attack = ["attack", f"-rate={rps}", f"-duration={self.seconds}s"]
        with tempfile.TemporaryDirectory() as folder:
            (given := Path(folder) / "targets").write_text(f"GET {self.url}\n")
            output = Path(folder) / "results"
            vegeta = self.cache / "bin/vegeta"
            _, cpu_s = _spent([vegeta, *attack, f"-targets={given}", f"-output={output}"])
            text, _ = _spent([vegeta, "report", "-type=json", output])
        found = json.loads(text)
        return Turn(
            rps=found["throughput"],
            cpu_s=cpu_s,
            requests=found["requests"],
            p99_ms=found["latencies"]["99th"] / 1e6,
        )

    def locust(self) -> Turn:
        """FastHttpUser, closed loop, one process."""
        with tempfile.TemporaryDirectory() as folder:
            figures = Path(folder) / "figures"
            words = ["-f", str(Path(__file__).with_name("locustfile.py")),
                     "--headless", "--only-summary", "-u", CONNECTIONS, "-r", CONNECTIONS,
                     "-t", f"{self.seconds}s",
                     "-H", self.url.rpartition("/")[0],
                     "--logfile", str(Path(folder) / "log")]  # fmt: skip
            program = self.cache / "locust/bin/locust"
            _spent([program, *words], LOCUST_FIGURES=str(figures))
            found = json.loads(figures.read_text())
        return Turn(rps=found["rps"], cpu_s=found["cpu_s"], requests=found["requests"],
                    p99_ms=found["p99_ms"])  # fmt: skip


def main() -> None:
    """A line per turn to stderr; the table and the bars to stdout."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cache", type=Path, required=True)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--turns", type=int, default=5)
    given = options.parse_args()
    with target() as server:
        bench = Bench(server.url, given.seconds, given.cache)
        runs: dict[str, Callable[[], Turn]] = {
            FULL: lambda: bench.sdctl(FULL_RPS),
            LOW: lambda: bench.sdctl(LOW_RPS),
            BARE: bench.bare,
        }
        if (given.cache / "bin/hey").exists():
            runs["hey"] = bench.hey
        if shutil.which("wrk"):
            runs["wrk"] = bench.wrk
        if (given.cache / "bin/vegeta").exists():
            runs[f"vegeta, {FULL_RPS} rps asked"] = lambda: bench.vegeta(FULL_RPS)
            runs[f"vegeta, {LOW_RPS} rps asked"] = lambda: bench.vegeta(LOW_RPS)
        if (given.cache / "locust/bin/locust").exists():
            runs["Locust FastHttpUser"] = bench.locust
        turns: dict[str, list[Turn]] = {name: [] for name in runs}
        for number in range(given.turns):
            for name, run in runs.items():
                turns[name].append(turn := run())
                _say(number, name, turn)
    print(f"| generator | rps | CPU per request | p99 | late p99 |\n|{'---|' * 5}")
    for name, figures in turns.items():
        late = _shown(_median(figures, "late_ms"), "ms")
        print(f"| {name} | {_median(figures, 'rps'):,.0f} | {_median(figures, 'cpu_us'):.1f} µs "
              f"| {_shown(_median(figures, 'p99_ms'), 'ms')} | {late} |")  # fmt: skip
    sys.exit(not _bars(turns, given.seconds))


def _bars(turns: dict[str, list[Turn]], seconds: int) -> bool:
    rps, late, cpu = (_median(turns[FULL], name) or 0.0 for name in ("rps", "late_ms", "cpu_us"))
    core, bare = ((_median(turns[name], "cpu_s") or 0.0) / seconds for name in (LOW, BARE))
    bars = [
        (f"{rps:,.0f} rps kept, p99 {late:.1f} ms late", rps >= FULL_RPS * 0.999 and late < 20),
        (
            f"{core:.1%} of a core at {LOW_RPS} rps (below 6%); nothing but uvloop and httptools "
            f"takes {bare:.1%}",
            core < 0.06,
        ),
    ]
    for peer, share in (("hey", 1.0), ("Locust FastHttpUser", 1 / 6)):
        if peer in turns:
            ratio = cpu / (_median(turns[peer], "cpu_us") or 1e-9)
            bars.append((f"CPU per request {ratio:.2f} of {peer}'s (below {share:.2f})",
                         ratio < share))  # fmt: skip
    print()
    for text, kept in bars:
        print(f"{'kept' if kept else 'MISSED'}: {text}")
    return all(kept for _, kept in bars)


def _spent(
    command: Sequence[str | Path], fine: Sequence[int] = (0,), **environment: str
) -> tuple[str, float]:
    """A command's output, and the CPU seconds it and its children took. Exits when it fails."""
    before = os.times()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, **environment})  # fmt: skip
    after = os.times()
    if done.returncode not in fine:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    spent = after.children_user + after.children_system
    return done.stdout, spent - before.children_user - before.children_system


def _median(turns: Sequence[Turn], name: str) -> float | None:
    values = [getattr(turn, name) for turn in turns]
    return statistics.median(values) if None not in values else None


def _shown(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.1f} {unit}"


def _say(number: int, name: str, turn: Turn) -> None:
    print(f"turn {number + 1} {name}: {turn.rps:,.0f} rps, {turn.cpu_us:.1f} µs per request",
          file=sys.stderr)  # fmt: skip


if __name__ == "__main__":
    main()
