"""What `make` says itself has room on a usual terminal: no path or command is broken."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLUMNS = 80
SAID = re.compile(r"^\t@echo '(.*)' >&2$", re.M)


LINES = 22
"""Of a terminal of 24, beside the prompt and the command."""


def test_every_line_must_have_room_and_all_of_them_on_a_screen() -> None:
    told = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    made = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z0-9-]+):.* ## ", made, re.M)
    assert [line.split()[1] for line in told if line.startswith("  make ")] == targets
    assert [line for line in told if not line.startswith("  make ")] == [
        "To use it:", "To change it:",
    ]  # fmt: skip
    assert [line.split()[1] for line in told[1 : told.index("To change it:")]] == [
        "setup", "doctor", "up", "down", "test",
    ]  # fmt: skip
    assert len(told) <= LINES
    said = [line.replace("$(BIN)", ".venv/bin").replace("$$", "$") for line in SAID.findall(made)]
    assert '  export PATH="$PWD/.venv/bin:$PATH"' in said
    assert [line for line in (*told, *said) if len(line) > COLUMNS] == []
