"""A command imports what it needs and no more: that is most of the time it takes to start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.unit.cli.ends import ROOT

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


def test_before_the_signals_are_taken_nothing_must_be_imported() -> None:
    """Ctrl-C during an import is a traceback."""
    script = (
        "import os, sys; before = set(sys.modules); import sdctl.__main__; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["__future__", "itertools", "sdctl", "sdctl.__main__"]
