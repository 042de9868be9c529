"""What a command prints, as a picture: ``python bench/picture.py OUT.svg -- sdctl status``.

The pictures in ``docs/images`` are made so, from real runs. The file needs no network: the font is
the reader's own.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

COLUMNS = 84
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def printed(words: list[str]) -> str:
    """What the command prints for people, with its colours."""
    env = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
    if not done.stdout.strip():
        sys.exit(f"{' '.join(words)} printed nothing: {done.stderr}")
    return done.stdout


def picture(title: str, text: str) -> str:
    """A terminal window with this text in it, as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text.rstrip()))
    begin = CONSOLE_SVG_FORMAT.index("@font-face")
    end = CONSOLE_SVG_FORMAT.index(".{unique_id}-matrix")
    plain = CONSOLE_SVG_FORMAT[:begin] + CONSOLE_SVG_FORMAT[end:]
    svg = console.export_svg(title=title, code_format=plain, unique_id="sdctl")
    return svg.replace("Fira Code, monospace", FONT)


def main() -> None:
    """Run, and write the file."""
    out, marker, *words = sys.argv[1:]
    assert marker == "--", __doc__
    target = Path(out)
    target.parent.mkdir(parents=True, exist_ok=True)
    shown = [word.rpartition("/")[2] if index == 0 else word for index, word in enumerate(words)]
    target.write_text(picture(f"$ {' '.join(shown)}", printed(words)))


if __name__ == "__main__":
    main()
