"""`sdctl curl`: what is meant, what is sent, what is said of the answer."""

from __future__ import annotations

import http.server
import json
import os
import shlex
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdctl.foundation.errors import UsageError
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.guide import answer_headers, curl
from sdctl.load import headers
from sdctl.load.options import body_of
from sdctl.state.entrance import Entrance
from sdctl.terminal.curl import EventsView, status
from sdctl.terminal.screen import Screen

OURS = "http://127.0.0.1:8080"


@pytest.mark.parametrize(("given", "path"), [
    ("/v1/orders", "/v1/orders"),
    ("/v1/orders?user_id=a b", "/v1/orders?user_id=a b"),
    (f"{OURS}/docs", "/docs"),
])  # fmt: skip
def test_a_path_may_have_the_gateways_address_before_it(given: str, path: str) -> None:
    assert curl.path_of(given, OURS) == path


@pytest.mark.parametrize(("given", "said"), [
    ("v1/orders", "Did you mean /v1/orders?"),
    ("http://example.org/v1/orders", "For example.org use plain curl"),
    ("http://127.0.0.1:80801/x", "the key"),
    ("//example.org/x", "the key"),
    ("/v1/\norders", "Nothing was sent"),
    (f"{OURS}/v1/\r\nX: y", "Nothing was sent"),
])  # fmt: skip
def test_what_is_no_path_of_this_stack_must_be_refused_plainly(given: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        curl.path_of(given, OURS)
    assert said in caught.value.hint


def test_a_forgotten_method_must_be_named() -> None:
    assert curl.method_of("post") == "POST"
    with pytest.raises(UsageError, match="method is missing") as caught:
        curl.method_of("/v1/orders")
    assert "sdctl curl GET /v1/orders" in caught.value.hint
    with pytest.raises(UsageError, match="no method"):
        curl.method_of("GE T")


def test_the_lines_for_a_shell_must_say_the_same_request() -> None:
    request = HttpRequest(method="POST", path="/v1/orders", headers={"A": "it's"}, body='{"a": 1}')
    plain = shlex.split(curl.plain(OURS, {"X-API-Key": "k", "A": "it's"}, request))
    assert plain == ["curl", "-i", "-X", "POST", f"{OURS}/v1/orders", "-H", "X-API-Key: k", "-H",
                     "A: it's", "-d", '{"a": 1}']  # fmt: skip
    assert shlex.split(curl.own(request, "b")) == [
        "sdctl", "--stack", "b", "curl", "POST", "/v1/orders", "--header", "A: it's", "--body",
        '{"a": 1}']  # fmt: skip
    assert "--no-key" in curl.own(HttpRequest(path="/x", key=False), "sdctl")


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (HttpRequest(path="/x"), f"curl -i {OURS}/x"),
        (HttpRequest(method="HEAD", path="/x"), f"curl -I {OURS}/x"),
        (HttpRequest(path="/x", body="b"), f"curl -i -X GET {OURS}/x -d b"),
        (HttpRequest(method="DELETE", path="/x"), f"curl -i -X DELETE {OURS}/x"),
        (HttpRequest(path="/x", headers={"A": ""}), f"curl -i {OURS}/x -H 'A;'"),
    ],
)
def test_plain_curl_must_be_given_the_words_by_which_it_does_the_same(
    asked: HttpRequest, line: str
) -> None:
    assert curl.plain(OURS, asked.headers, asked) == line


def test_only_headers_that_matter_must_be_told_each_with_its_meaning() -> None:
    told = answer_headers.told({"date": "x", "x-cache": "hit", "x-served-by": "app-1"})
    assert [(name, value) for name, value, _ in told] == [
        ("X-Served-By", "app-1"), ("X-Cache", "hit")]  # fmt: skip
    assert all(meaning for _, _, meaning in told)
    [(_, _, meaning)] = answer_headers.told({"x-request-id": "r"}, logged=False)
    assert "leaves no line in the logs" in meaning


class _Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer({"headers": {k.lower(): v for k, v in self.headers.items()}, "body": body})

    def do_GET(self) -> None:
        if self.path == "/busy" and not self.server.__dict__.setdefault("busy", False):
            self.server.__dict__["busy"] = True
            self.send_response(429)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/stream":
            self._send("text/event-stream", b"data: 1\n\ndata: 2\n\n")
        else:
            self._answer({"path": self.path, "key": self.headers["X-API-Key"]})

    def _answer(self, value: object) -> None:
        self._send("application/json", json.dumps(value).encode())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_key_and_the_bodys_kind_must_be_filled_in(echo: str) -> None:
    with Entrance(echo, {"X-API-Key": "k"}) as entrance:
        answer = entrance.ask(HttpRequest(path="/x", method="POST", body='{"a": "ä"}'))
        sent = answer.get("headers")
        assert (sent["x-api-key"], sent["content-type"]) == ("k", "application/json")
        assert answer.get("body") == '{"a": "ä"}'
        own = HttpRequest(
            path="/x", method="POST", body="a", headers={"content-type": "text/plain"}
        )
        assert entrance.ask(own).get("headers", "content-type") == "text/plain"
        assert entrance.ask(HttpRequest(path="/a?b=c d", key=False)).value == {
            "path": "/a?b=c%20d", "key": None}  # fmt: skip


def test_too_many_requests_must_be_waited_out_where_that_is_wanted(echo: str) -> None:
    with Entrance(echo, {}) as entrance:
        assert entrance.admitted(HttpRequest(path="/busy")).status == 200


def test_a_stream_must_be_given_line_by_line(echo: str) -> None:
    lines: list[str] = []
    with Entrance(echo, {}) as entrance:
        request = HttpRequest(path="/stream")
        assert entrance.ask(request, lambda _, line: lines.append(line)).status == 200
    assert [line for line in lines if line] == ["data: 1", "data: 2"]


def test_nobody_there_must_be_an_answer_without_a_status() -> None:
    with Entrance("http://127.0.0.1:9", {}) as entrance:
        answer = entrance.ask(HttpRequest(path="/x"))
    assert answer.status == 0
    assert "no answer: " in str(answer)


def test_an_answer_of_any_shape_must_be_shown() -> None:
    value = curl.to_json(HttpRequest(path="/docs"), OURS, HttpAnswer(status=200, text="<html>"))
    assert (value["body"], value["text"]) == (None, "<html>")
    assert value["request"] == {"method": "GET", "url": f"{OURS}/docs"}
    assert HttpAnswer(status=200, text="[1]").get("id") is None


@pytest.mark.parametrize(
    "request_", [HttpRequest(path="/", headers={"X": "日本"}), HttpRequest(path="/\udcff")]
)
def test_letters_that_http_cannot_carry_must_be_wrong_usage(request_: HttpRequest) -> None:
    with Entrance("http://127.0.0.1:9", {}) as entrance, pytest.raises(UsageError):
        entrance.ask(request_)


def test_a_body_that_may_never_end_must_be_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="named pipe, which may never end"):
        body_of(f"@{pipe}")
    with pytest.raises(UsageError, match="no file is named"):
        body_of("@")
    (tmp_path / "empty").write_text("")
    assert body_of(f"@{tmp_path}/empty") == b""


def test_a_length_of_ones_own_and_a_path_without_end_must_be_wrong_usage() -> None:
    with pytest.raises(ValueError, match="set by sdctl itself"):
        headers.parse(["Content-Length: 3"])
    with Entrance(OURS, {}) as entrance, pytest.raises(UsageError, match="cannot be asked for"):
        entrance.ask(HttpRequest(path="/" + "a" * 70_000))


def test_a_stream_that_is_silent_must_be_no_json_at_once(silent_stream: str) -> None:
    view = EventsView(Screen(as_json=True, color=False))
    with Entrance(silent_stream, {}) as entrance, pytest.raises(UsageError, match="has no end"):
        entrance.ask(HttpRequest(path="/"), view.line)


def test_a_status_must_have_the_servers_own_word_as_its_body_has(renaming: str) -> None:
    with Entrance(renaming, {}) as entrance:
        answer = entrance.ask(HttpRequest(path="/"))
    assert status(answer).plain.startswith("422 Unprocessable Content  in ")


@pytest.fixture
def renaming() -> Iterator[str]:
    """Has the word of RFC 9110 for a status that had another one before."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def silent_stream() -> Iterator[str]:
    """Begins an answer, and says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            held.append(client)
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")

        held: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for client in held:
            client.close()
