"""Two first `up`s of one name from two state folders: one makes the stack, the other is told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sdctl.foundation.errors import UsageError
from sdctl.targets.compose import machine_lock

HOLD = """
import sys
from sdctl.targets.compose import machine_lock
with machine_lock.held("sdctl-two-folders"):
    print("made", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
def test_a_stack_must_be_made_by_one_at_a_time_whatever_its_state_folder() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "made\n"
        with (
            pytest.raises(UsageError, match="another sdctl makes sdctl-two-folders"),
            machine_lock.held("sdctl-two-folders"),
        ):
            pass
        with machine_lock.held("sdctl-another"):
            pass
        other.kill()
    with machine_lock.held("sdctl-two-folders"):
        pass
