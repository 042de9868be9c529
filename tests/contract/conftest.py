"""What the tests of plug-ins share."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdctl.cli.main import all_commands
from tests.extension import write


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # the commands' help names the workloads once in a process, and must not name these
    all_commands()
    write(tmp_path)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    return tmp_path
