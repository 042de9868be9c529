"""A Docker that answers on a socket of its own, as it is told."""

from __future__ import annotations

import contextlib
import json
import socketserver
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def fake_docker(
    folder: Path, answers: dict[str, tuple[int, Any]], told: list[str] | None = None
) -> Iterator[str]:
    """Its address. ``answers`` has status and JSON by the path's end; 404 for others. What it is
    ``told`` to do it writes down, by the end of the path, and says that it was done where no answer
    is given."""

    class Handler(BaseHTTPRequestHandler):
        def address_string(self) -> str:
            return "unix"

        def do_GET(self) -> None:
            missing = {"message": f"page not found: {self._path}"}
            self._answer(*self._told(404, missing))

        @property
        def _path(self) -> str:
            return self.path.partition("?")[0]

        def _told(self, status: int, value: Any) -> tuple[int, Any]:
            found = (answer for end, answer in answers.items() if self._path.endswith(end))
            return next(found, (status, value))

        def _answer(self, status: int, value: Any) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self._obey()

        def do_DELETE(self) -> None:
            self._obey()

        def _obey(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if told is not None:
                told.append(f"{self.command} {self._path.rpartition('/')[2]}")
            status, value = self._told(204, None)
            if status == 204:
                self.send_response(status)
                self.end_headers()
            else:
                self._answer(status, value)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    path = folder / "docker.sock"
    server = _Server(str(path), Handler)
    # so often it looks whether it is to end
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"unix://{path}"
    finally:
        server.shutdown()
        server.server_close()
