"""Compose: builds and converges a bundle. The only importer of ``python_on_whales``."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from sdctl.errors import BringUpFailed


def build(project: str, bundle: Path, nodes: Sequence[str], report: Callable[[str], None]) -> None:
    """Build the images of ``nodes`` in parallel, reporting each line. Raises ``BringUpFailed``."""
    command = [*_command(project, bundle), "--progress", "plain", "build", *nodes]
    lines: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            report(line.rstrip())
    if process.returncode:
        raise BringUpFailed(
            f"an image did not build (exit code {process.returncode})",
            hint=f"To see it all: {' '.join(command)}",
            details=lines[-20:],
        )


def converge(project: str, bundle: Path) -> None:
    """Create what is missing or differs, remove what is no longer wanted, start nothing. Raises
    ``BringUpFailed``."""
    # python-on-whales' `compose.create` cannot remove orphans, so `up --no-start`
    from python_on_whales import DockerClient
    from python_on_whales.exceptions import DockerException

    whales = DockerClient(
        compose_files=[bundle / "compose.yml"],
        compose_project_name=project,
        compose_project_directory=bundle,
    )
    try:
        whales.compose.up(start=False, remove_orphans=True, quiet=True, pull="missing")
    except DockerException as error:
        raise BringUpFailed(
            "the containers could not be created",
            hint="Mend what Docker says, then run `sdctl up` again: it goes on from here.",
            details=(error.stderr or str(error)).strip().splitlines()[-10:],
        ) from None


def _command(project: str, bundle: Path) -> list[str]:
    return ["docker", "compose", "--project-name", project, "--project-directory", str(bundle),
            "--file", str(bundle / "compose.yml")]  # fmt: skip
