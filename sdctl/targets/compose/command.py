"""Compose: builds and converges a bundle. The only importer of ``python_on_whales``, which knows
Compose's command line. It is run by ``tool.py`` in the bundle's folder, with nothing of the user's
surroundings but what chooses the engine: the library hands a command all of the
environment, and cannot hand it the stack's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sdctl.foundation.errors import BringUpFailed
from sdctl.foundation.places import real
from sdctl.targets import dotenv
from sdctl.targets.compose import surroundings, tool


def build(project: str, bundle: Path, nodes: Sequence[str], report: Callable[[str], None]) -> None:
    """Build the images of ``nodes`` in parallel, reporting each line. Raises ``BringUpFailed``."""
    command = [*_command(project, bundle), "--progress", "plain", "build", *nodes]
    ended = tool.run(command, report, folder=bundle, changes_stack=True)
    if ended.code:
        raise BringUpFailed(
            f"an image did not build (exit code {ended.code})",
            hint=f"For the whole output: {' '.join(command)}",
            details=ended.lines[-20:],
        )


def converge(project: str, bundle: Path, nodes: Sequence[str]) -> None:
    """Create ``nodes``, those that are there anew; remove what the bundle does not have, start
    nothing. Raises ``BringUpFailed``."""
    # Compose has a digest of its own, which another version of it, or another value in `.env`,
    # changes too. A node of which nobody said that it is made anew is not named, so it stays.
    which = nodes or ["--no-recreate"]  # no name at all means every node
    # `compose create` cannot remove orphans
    words = ["up", "--no-start", "--remove-orphans", "--pull", "missing", *which]
    command = [*_command(project, bundle), "--progress", "plain", *words]
    with surroundings.without_proxies() as environment:
        ended = tool.run(
            command,
            lambda line: None,
            folder=bundle,
            environment=environment,
            changes_stack=True,
        )
    if ended.code:
        raise BringUpFailed(
            "the containers could not be made or removed",
            hint="Repair what Docker says. Then `sdctl up` continues from here.",
            details=ended.lines[-10:],
        )


def _command(project: str, bundle: Path) -> list[str]:
    from python_on_whales import DockerClient

    folder = real(bundle)  # it is run there
    whales = DockerClient(
        compose_files=[folder / "compose.yml"],
        compose_project_name=project,
        compose_project_directory=folder,
        compose_env_files=[folder / dotenv.NAME],
    )
    return [str(word) for word in whales.client_config.docker_compose_cmd]
