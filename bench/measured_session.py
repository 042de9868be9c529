"""The stack that is measured: its commands, and what its containers use."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import docker
import measured_page

Figure = dict[str, Any]


class NotMeasured(Exception):
    """A command did not give the figure. Its text is the reason."""


@dataclass
class Session:
    """The stack that is measured, and the figures so far."""

    stack: str
    port: int
    profile: str
    runs: dict[str, int]
    quick: bool
    figures: list[Figure] = field(default_factory=list)

    def sdctl(self, *words: str, may_end_with: tuple[int, ...] = (0,)) -> str:
        """What a command prints on stdout."""
        command = [sys.executable, "-m", "sdctl", "--stack", self.stack, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in may_end_with:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
            reason = f"`sdctl {' '.join(words)}` ended with {done.returncode}: {' '.join(last)}"
            raise NotMeasured(reason)
        return done.stdout

    def up(self, profile: str, *settings: str) -> float:
        """Seconds until the command says that the stack is ready. What is not among ``settings``,
        such as ``database.ttl=20s``, is as the profile has it."""
        began = time.monotonic()
        chosen = (f"gateway.port={self.port}", *settings)
        self.sdctl("up", profile, *(word for one in chosen for word in ("--set", one)))
        return time.monotonic() - began

    def containers(self) -> list[Any]:
        """The stack's, by its label."""
        wanted = {"label": f"sdctl.stack={self.stack}"}
        return list(docker.from_env().containers.list(filters=wanted))

    @contextmanager
    def figure(self, key: str, what: str, command: str, unit: str) -> Iterator[Figure]:
        """One row of the page. Its ``values`` are filled in; the reason is, where that fails."""
        made: Figure = {"key": key, "what": what, "command": command, "unit": unit, "values": [],
                        "also": "", "missing": ""}  # fmt: skip
        self.figures.append(made)
        say(what)
        try:
            yield made
        except NotMeasured as problem:
            made["missing"] = str(problem)
        say(f"  {measured_page.value(made)}")


def memory(container: Any) -> int:
    """Bytes that one container uses."""
    used = container.stats(stream=False, one_shot=True)["memory_stats"]
    kept = used.get("stats", {})
    return int(used.get("usage", 0) - kept.get("total_inactive_file", kept.get("inactive_file", 0)))


def cpu_seconds(session: Session) -> float:
    """That the stack's containers have used since they started."""
    containers = session.containers()
    # an engine may take a second for each
    with ThreadPoolExecutor(len(containers)) as pool:
        return sum(pool.map(cpu, containers))


def cpu(container: Any) -> float:
    """CPU seconds of one container since it started."""
    used = container.stats(stream=False, one_shot=True)["cpu_stats"]["cpu_usage"]
    return float(used["total_usage"]) / 1e9


def say(text: str) -> None:
    """Progress, for who waits."""
    print(text, file=sys.stderr, flush=True)
