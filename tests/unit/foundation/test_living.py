"""Whether the process that wrote something down still lives."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from sdctl.foundation import processes


def test_a_process_must_live_until_it_has_ended() -> None:
    this = processes.this()
    assert this["pid"] == os.getpid()
    assert processes.lives(this)
    assert processes.lives({"pid": os.getpid()}), "an older sdctl wrote no more"
    assert processes.lives({"pid": 1}), "also another user's"
    with subprocess.Popen(["true"], stdout=subprocess.PIPE) as ended:
        assert ended.stdout is not None
        ended.stdout.read()  # it is ending; nobody has asked yet how
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert not processes.lives({"pid": ended.pid})
    assert not processes.lives({"pid": ended.pid})


def test_another_process_with_its_id_must_not_be_taken_for_it() -> None:
    """A run that was killed would be running for ever."""
    assert not processes.lives({**processes.this(), "born": 1})


@pytest.mark.parametrize("said", [{}, {"pid": None}, {"pid": "a"}, {"pid": -1}, {"pid": 10**20}])
def test_what_names_no_process_must_not_live(said: dict[str, Any]) -> None:
    assert not processes.lives(said)
