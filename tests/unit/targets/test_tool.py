"""What is run for a stack ends with whoever runs it."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sdctl.foundation import waiting
from sdctl.targets.compose import tool


def test_its_lines_and_its_exit_code_must_be_told() -> None:
    said: list[str] = []
    ended = tool.run(["sh", "-c", "echo a; echo b >&2; exit 3"], said.append)
    assert (ended.code, ended.lines, said) == (3, ["a", "b"], ["a", "b"])


@pytest.mark.parametrize("hears", [True, False])
def test_an_interruption_must_end_it_and_what_it_started(tmp_path: Path, *, hears: bool) -> None:
    """Also what does not hear SIGTERM, where the one that started it does."""
    deaf = "" if hears else "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    told = f"import os, signal, time; {deaf}print(os.getpid(), flush=True); time.sleep(60)"

    def interrupted(line: str) -> None:
        (tmp_path / "pid").write_text(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tool.run(["sh", "-c", f'{sys.executable} -c "{told}"; true'], interrupted)
    pid = int((tmp_path / "pid").read_text())

    def gone() -> bool:
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"

    try:
        assert waiting.until(gone, bool, timeout_s=10)[0]
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
