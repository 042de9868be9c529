"""Runs what works for a stack on the host: Compose, and the scripts that get what images need."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdctl.foundation import children
from sdctl.foundation.verbose import LOG
from sdctl.targets.compose import surroundings


@dataclass(frozen=True)
class Ended:
    """Its exit code, and each line that it said."""

    code: int
    lines: list[str]


def run(
    command: Sequence[str],
    report: Callable[[str], None],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    changes_stack: bool = False,
) -> Ended:
    """Run it in ``folder``, with nothing of the user's surroundings but what it needs; ``report``
    is told each line. Whatever ends this ends it too.

    With ``changes_stack`` it holds the stack's lock as well, so that when sdctl alone is killed the
    next command waits for what still goes on.
    """
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
            cwd=folder,
            env=surroundings.variables() if environment is None else environment,
            umask=surroundings.UMASK,
            close_fds=not changes_stack,
            start_new_session=True,
        )
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            LOG.debug("%s", line.rstrip())
            report(line.rstrip())
    return Ended(process.returncode, lines)
