"""A command imports what it needs and no more: that is most of the time it takes to start."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = "docker httpx jinja2 psutil pydantic requests rich uvloop yaml"
_RUN = f"""
import sys
from sdctl.cli import exits
from sdctl.__main__ import run
try:
    exits.of(lambda: run(sys.argv[1:]), as_json=True)
finally:
    print("imported:", *sorted(set("{_HEAVY}".split()) & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [["--help"], ["--json", "report", "nope"]])
def test_a_light_command_must_import_nothing_heavy(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *words], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "imported:"
