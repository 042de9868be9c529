"""One of each kind that a user can add, as docs/extending.md shows it, laid out as sdctl
finds it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "extending.md"
BLOCK = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)
"""A file's path, and its text below."""
SERVE = """\
import base64
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

word = f"observer:{os.environ['PASSWORD']}".encode()
ALLOWED = f"Basic {base64.b64encode(word).decode()}"


class Whoami(BaseHTTPRequestHandler):
    def do_GET(self):
        allowed = self.path == "/" or self.headers["Authorization"] == ALLOWED
        self.send_response(200 if allowed else 401)
        self.end_headers()
        run = self.path.removeprefix("/held/")
        held = f"{run}-1,1\\n{run}-2,2\\n"
        answer = os.environ["NODE_NAME"] if run == self.path else held
        self.wfile.write(answer.encode() if allowed else b"")


HTTPServer(("", 8000), Whoami).serve_forever()
"""


def shown() -> dict[str, str]:
    """The files of the page, by their paths."""
    return dict(BLOCK.findall(PAGE.read_text()))


def write(folder: Path) -> None:
    """Lay the files out in a plug-in folder."""
    for name, text in {**shown(), "templates/whoami/image/serve.py": SERVE}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
