"""Compose: builds and converges a bundle. It is run in the bundle's folder, with nothing of the
user's surroundings but what chooses the engine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sdctl import children, dotenv
from sdctl.engine import surroundings
from sdctl.errors import BringUpFailed
from sdctl.verbose import LOG


def build(project: str, bundle: Path, nodes: Sequence[str], report: Callable[[str], None]) -> None:
    """Build the images of ``nodes`` in parallel, reporting each line. Raises ``BringUpFailed``."""
    command = [*_command(project, bundle), "--progress", "plain", "build", *nodes]
    code, lines = _run(command, bundle, surroundings.variables(), report)
    if code:
        raise BringUpFailed(
            f"an image did not build (exit code {code})",
            hint=f"To see it all: {' '.join(command)}",
            details=lines[-20:],
        )


def converge(project: str, bundle: Path) -> None:
    """Create what is missing or differs, remove what is no longer wanted, start nothing. Raises
    ``BringUpFailed``."""
    # `compose create` cannot remove orphans
    words = ["up", "--no-start", "--remove-orphans", "--pull", "missing"]
    command = [*_command(project, bundle), "--progress", "plain", *words]
    with surroundings.without_proxies() as environment:
        code, lines = _run(command, bundle, environment, lambda line: None)
    if code:
        raise BringUpFailed(
            "the containers could not be created",
            hint="Mend what Docker says, then run `sdctl up` again: it goes on from here.",
            details=lines[-10:],
        )


def _command(project: str, bundle: Path) -> list[str]:
    folder = bundle.resolve()  # it is run there
    return [
        "docker", "compose", "--project-name", project, "--project-directory", str(folder),
        "--file", str(folder / "compose.yml"), "--env-file", str(folder / dotenv.NAME),
    ]  # fmt: skip


def _run(
    command: Sequence[str],
    bundle: Path,
    environment: Mapping[str, str],
    report: Callable[[str], None],
) -> tuple[int, list[str]]:
    """Its exit code and what it said, reported line by line."""
    lines: list[str] = []
    LOG.debug("%s", " ".join(command))
    with children.ended_with_us(
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=bundle,
            env=environment,
            umask=surroundings.UMASK,
        )
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            LOG.debug("%s", line.rstrip())
            report(line.rstrip())
    return process.returncode, lines
