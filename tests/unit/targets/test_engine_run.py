"""A command inside a container: what it printed is read, however it comes."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sdctl.foundation.errors import NoSuchTarget, TargetRefused, TargetUnavailable
from sdctl.targets.compose.answers import printed
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.target import ComposeTarget
from sdctl.targets.target import Output


def piece(stream: int, text: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(text)) + text


class Engine(BaseHTTPRequestHandler):
    """One that sends the head of an answer and its body at once, as a client that was kept from its
    processor finds them."""

    protocol_version = "HTTP/1.1"

    looks = 0
    """How often it was asked how a command ended."""

    def do_GET(self) -> None:
        if not self.path.endswith("/json"):
            self.answer({"ApiVersion": "1.44"})
            return
        # what it printed ends before the engine has heard of its end
        Engine.looks += 1
        runs = Engine.looks == 1
        self.answer({"Running": runs, "ExitCode": None if runs else 7})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.endswith("/start"):
            gone = "gone" in self.path
            self.answer({"message": "no such container"} if gone else {"Id": "1"}, 404 * gone)
            return
        body = piece(1, b"out ") + piece(2, b"err") + piece(1, b"and more")
        upgraded = "Upgrade" in self.headers
        head = b"101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp" if upgraded else b"200 OK"
        self.request.sendall(b"HTTP/1.1 " + head + b"\r\n\r\n" + body)
        self.close_connection = True

    def answer(self, document: object, code: int = 0) -> None:
        body = json.dumps(document).encode()
        self.send_response(code or 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:  # said, so that nobody asks on it while it closes
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Docker]:
    Engine.looks = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Engine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_port}")
        engine = Docker()
        with closing(engine.client):
            yield engine
        server.shutdown()


def test_what_comes_with_the_head_of_an_answer_must_be_read(docker: Docker) -> None:
    assert docker.run("c", ["x"], "app-1") == Output(7, "out and more", "err")


def test_a_command_whose_end_the_engine_never_tells_must_not_count_as_done(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdctl.targets.compose.docker._END_S", 0.2)
    monkeypatch.setattr(
        Engine, "do_GET", lambda self: self.answer({"ApiVersion": "1.44", "ExitCode": None})
    )
    with pytest.raises(TargetRefused, match="does not say how"):
        docker.run("c", ["x"], "app-1")


def test_a_container_that_is_gone_must_be_told(docker: Docker) -> None:
    with pytest.raises(NoSuchTarget, match="no such container"):
        docker.run("gone", ["x"], "app-1")


def test_what_was_cut_off_must_be_read_so_far() -> None:
    whole = piece(1, b"a") + piece(2, b"") + piece(1, b"bcd")
    assert printed(whole) == (b"abcd", b"")
    assert printed(whole[:-1]) == (b"abc", b"")
    assert printed(b"") == (b"", b"")


class Going(Engine):
    """One that goes away in the middle of a log."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.close_connection = True
        if path.endswith("/logs"):
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + piece(1, b"a line\n"))
            return
        if path.endswith("/1/json"):  # the last that is asked before the log is read
            self.server.socket.close()
        found = {"Id": "1", "Names": ["/c"], "Labels": {}, "State": "running"}
        one = {"ApiVersion": "1.44", "Config": {"Tty": False}}
        self.answer([found] if path.endswith("/containers/json") else one)


@pytest.mark.parametrize("follow", [True, False])
def test_a_log_that_is_cut_off_must_not_pass_for_whole(
    monkeypatch: pytest.MonkeyPatch, *, follow: bool
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Going) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_port}")
        lines = ComposeTarget("s").logs("c", follow=follow)
        assert next(lines) == "a line"
        with pytest.raises(TargetUnavailable):
            next(lines)
        server.shutdown()
