"""A real stack, driven as a user drives it: by the command line, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from sdctl.targets import dotenv
from tests import full_machine

T = TypeVar("T")
ROOT = Path(__file__).parents[1]


def docker_answers() -> bool:
    """Whether there is a Docker daemon to test with."""
    try:
        done = subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def docker(*words: str) -> list[str]:
    """The lines that a docker command prints."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def free_port() -> int:
    """A port of loopback that nobody holds now. It may be used much later, so it is none of those
    that the kernel gives to whoever connects or asks for any (from 32768 on)."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def eventually(look: Callable[[], T], good: Callable[[T], bool], timeout_s: float = 60) -> T:
    """The first look that is good; fails with the last one. On a full machine a look that is a
    command takes up to ten seconds: the time is for several."""
    deadline = time.monotonic() + timeout_s
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, f"not within {timeout_s} s; last seen: {seen}"
        time.sleep(0.2)


def in_three(attempt: Callable[[], T]) -> T:
    """For what must be so within a short time: a busy machine may be late with it, but not three
    times running."""
    for _ in range(2):
        with contextlib.suppress(AssertionError):
            return attempt()
    return attempt()


_MARK = re.compile(r"[0-9a-z]+-[0-9a-f]{12}")
"""The name of one life of a cluster, which is no secret: its servers write it into their logs."""


@dataclass
class Stack:
    """A stack of the tests' own: its name, its state folder, its gateway's port."""

    name: str
    home: Path
    port: int = field(default_factory=free_port)
    images: str = "auto"
    shown: list[str] = field(default_factory=list)
    """The command lines with a secret in them that were seen while it was brought up."""

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "sdctl", "--stack", self.name, *words]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SDCTL_HOME": str(self.home)}

    def run(
        self, *words: str, code: int | None = 0, cwd: Path = ROOT, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; its exit code must be ``code`` (None: any)."""
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            env={**self.environment, **env},
            cwd=cwd,
            check=False,
        )
        assert code is None or done.returncode == code, f"{words}: {done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: str, code: int | None = 0) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.run("--json", *words, code=code).stdout)

    def load(self, *words: str, code: int = 0, **env: str) -> Any:
        """The JSON of a load. A run on a machine that was full (exit code 9) is taken where all was
        answered well, only late. Where it was not, the run is about the machine, and is sent again;
        after three of them nothing can be told, and the test is skipped."""
        for _ in range(3):
            done = self.run("--json", "load", *words, code=None, **env)
            result = json.loads(done.stdout)
            late = done.returncode == 9 and code == 0
            if done.returncode == code or (late and not full_machine.bad(result)):
                return result
            full = full_machine.failed(result) or done.returncode == 9
            assert full, f"{words}: {done.stdout}\n{done.stderr}"
        pytest.skip(f"this machine stayed too busy to tell: {result['generator']['because']}")

    def up(self, *words: str) -> Any:
        """Bring it up, on the stack's own port."""
        own = ("--images", self.images, "--set", f"gateway.port={self.port}")
        return self.json("up", *words, *own)

    def client(self) -> httpx.Client:
        """A client with the key, through the gateway. Threads may share it: it keeps as many
        connections as it has, because of those above a bound it closes some that another thread
        has just been given (encode/httpcore#1110)."""
        key = self.json("env")["api_key"]
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"X-API-Key": key},
            limits=httpx.Limits(max_keepalive_connections=None),
            timeout=15,
            trust_env=False,
        )

    def secrets(self) -> dict[str, str]:
        """Its passwords and keys by name; empty before its first `up`."""
        return {
            name: value
            for name, value in dotenv.read(self.home / "stacks" / self.name / "bundle").items()
            if name != dotenv.OWNER and not value.startswith("/") and not _MARK.fullmatch(value)
        }

    def node(self, name: str) -> dict[str, Any]:
        """One node as `status` has it."""
        status = self.json("status")
        nodes = {node["name"]: node for tier in status["tiers"].values() for node in tier["nodes"]}
        assert name in nodes, f"no {name} in {status}"
        found: dict[str, Any] = nodes[name]
        return found

    def state(self, node: str) -> str:
        """A node's as the engine has it: for one that lasts a few seconds, as long as `status` may
        take on a full machine."""
        [state] = docker("inspect", "-f", "{{.State.Status}}", f"sdctl-{self.name}-{node}")
        return state

    def leader(self, tier: str) -> str | None:
        """Who leads the tier now."""
        found = self.json("status")["tiers"][tier]["leader"]
        return None if found is None else str(found)

    def containers(self) -> dict[str, str]:
        """Container ids by name."""
        lines = docker(
            "ps", "-a", "--no-trunc", "--filter", f"label=sdctl.stack={self.name}",
            "--format", "{{.Names}} {{.ID}}",
        )  # fmt: skip
        return dict(line.split(" ") for line in lines)

    def clear(self) -> None:
        """Remove whatever an earlier run left, which had a state folder of its own."""
        mine = ("--filter", f"label=sdctl.stack={self.name}")
        if containers := docker("ps", "-aq", *mine):
            docker("rm", "--force", "--volumes", *containers)
        for kind in ("network", "volume"):
            if names := docker(kind, "ls", "-q", *mine):
                subprocess.run(["docker", kind, "rm", *names], capture_output=True, check=False)

    def leftovers(self) -> list[str]:
        """Whatever Docker still has of the stack."""
        mine = f"label=com.docker.compose.project=sdctl-{self.name}"
        return [
            *docker(
                "ps", "-a", "--filter", f"label=sdctl.stack={self.name}", "--format", "{{.Names}}"
            ),
            *docker("network", "ls", "--filter", mine, "--format", "{{.Name}}"),
            *docker("volume", "ls", "--filter", mine, "--format", "{{.Name}}"),
        ]
