"""The README's pictures, from real faults on a running stack: `make pictures`.

    sdctl up lite
    python bench/pictures.py

It freezes the database's leader: nobody may take over before its lease ends. While nobody leads, it
takes a picture of `sdctl status`. Then it kills the leader. It takes a picture of the verdict, and
one of the acknowledged writes, as the report draws them.

The first two are the command's own output as SVG. They have a dark background of their own, so they
can be read on a light page and on a dark one.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from sdctl.foundation import assets, waiting

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.S)
"""Rich's, without the fonts that it would fetch from the network."""


def main() -> None:
    """Three files."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--stack", default="sdctl")
    given = options.parse_args()
    frozen = subprocess.Popen(
        sdctl(given.stack, "chaos", "kill-leader", "--how", "pause"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    waiting.until(lambda: leader(given.stack), lambda name: name is None, timeout_s=120)
    write("status", "sdctl status", shown(given.stack, 104, "status"), 104)
    if code := frozen.wait():
        sys.exit(code)
    card = shown(given.stack, 80, "chaos", "kill-leader")
    write("verdict", "sdctl chaos kill-leader", card, 80)
    subprocess.run(
        sdctl(given.stack, "report", "-o", str(FOLDER / "writes.svg")),
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def shown(stack: str, columns: int, *words: str) -> str:
    """What a command draws for people on a terminal of this width."""
    done = subprocess.run(
        sdctl(stack, *words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=colored(columns), text=True, check=False,
    )  # fmt: skip
    return done.stdout


def sdctl(stack: str, *words: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "sdctl", "--stack", stack, *words]


def colored(columns: int) -> dict[str, str]:
    """The environment in which a command draws for people although nobody looks."""
    size = {"COLUMNS": str(columns), "LINES": "100"}
    return {**os.environ, **size, "FORCE_COLOR": "1", "TERM": "xterm-256color"}


def leader(stack: str) -> str | None:
    """Who leads the database now; None while nobody does."""
    told = subprocess.run(
        sdctl(stack, "--json", "status"), capture_output=True, text=True, check=False
    )
    found: str | None = json.loads(told.stdout)["tiers"]["database"]["leader"]
    return found


def write(name: str, title: str, output: str, columns: int) -> None:
    """A command's output as a picture. Where the state folder is on this machine is nobody's
    business: it is shown in its usual place."""
    here, usual = str(assets.state_home()), "~/.local/state/sdctl"
    pattern = rf"{re.escape(here)}(\S*)( *)"
    output = re.sub(pattern, lambda m: f"{usual}{m[1]}".ljust(len(m[0])), output)
    console = Console(record=True, width=columns, file=io.StringIO())
    console.print(Text.from_ansi(output.rstrip()))
    FOLDER.mkdir(exist_ok=True)
    picture = console.export_svg(title=title, code_format=FORMAT, unique_id=name)
    lines = (line.strip() for line in picture.splitlines())
    (FOLDER / f"{name}.svg").write_text("\n".join(line for line in lines if line) + "\n")


if __name__ == "__main__":
    main()
