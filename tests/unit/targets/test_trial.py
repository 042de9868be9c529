"""What is only tried must be gone when sdctl is, in whichever way it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.stacks import eventually

_TRYING = """
import os, sys, time
from sdctl.targets.compose.helper import outlived
with outlived("a-trial"):
    print(os.getpid(), flush=True)
    time.sleep(30 if sys.argv[1] == "killed" else 0)
"""


def test_a_trial_must_be_removed_where_sdctl_was_killed_and_left_alone_else(
    tmp_path: Path,
) -> None:
    told = tmp_path / "told"
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    docker.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for how in ("ended", "killed"):
        with subprocess.Popen(
            [sys.executable, "-c", _TRYING, how], env=environment, stdout=subprocess.PIPE,
            start_new_session=True,
        ) as trying:  # fmt: skip
            assert trying.stdout is not None
            assert trying.stdout.readline()
            if how == "killed":
                os.killpg(trying.pid, signal.SIGKILL)
    assert eventually(lambda: told.exists() and told.read_text(), bool, timeout_s=10)
    assert told.read_text() == "rm -f a-trial\n"
