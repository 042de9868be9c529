"""A server with many odd habits, each lawful or met in the wild; the path of a request picks one.

Also to try by hand: ``python tests/unit/load/odd_servers.py`` prints its address.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

Outcome = int | Literal["reset", "protocol", "timeout"]


@dataclass(frozen=True, kw_only=True)
class Habit:
    """What it answers, in pieces with a pause between them, and what a client should make of it."""

    pieces: tuple[bytes, ...]
    is_: Outcome = 200
    method: str = "GET"
    pause_s: float = 0.005
    closes: bool = False
    """After each answer, at once."""
    rests_s: float | None = None
    """It closes so long after an answer without having said so."""
    before_body: bool = False
    """It answers as soon as it has the headers, reads no body, and closes."""
    resets: bool = False
    """It closes with a reset, as who crashed."""
    keeps: bool | None = None
    """Whether a client may use the connection again; None: either way."""
    curl_differs: str = ""
    """Why curl's opinion does not count."""


def habit(*pieces: bytes, **more: object) -> Habit:
    return Habit(pieces=pieces, **more)  # type: ignore[arg-type]


OK = b"HTTP/1.1 200 OK\r\n"
TWO = b"Content-Length: 2\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"

HABITS: dict[str, Habit] = {
    # where an answer ends (RFC 9112, 6.3)
    "plain": habit(OK + TWO + b"\r\nok", keeps=True),
    "ends-by-close": habit(OK + b"Connection: close\r\n\r\nhello", closes=True, keeps=False),
    "ends-by-close-unsaid": habit(OK + b"\r\nhel", b"lo", closes=True, keeps=False),
    "ends-by-close-empty": habit(OK + b"\r\n", closes=True, keeps=False),
    "keep-alive-without-length": habit(
        OK + b"Connection: keep-alive\r\n\r\nhello", closes=True, keeps=False
    ),
    "coding-not-chunked": habit(
        OK + b"Transfer-Encoding: gzip\r\n\r\n\x1f\x8b", closes=True, keeps=False
    ),
    "ends-by-reset": habit(OK + b"\r\nhello", closes=True, resets=True, is_="reset"),
    "cut-in-length": habit(OK + b"Content-Length: 9\r\n\r\nhal", closes=True, is_="reset"),
    "cut-in-chunk": habit(OK + CHUNKED + b"\r\n9\r\nhal", closes=True, is_="reset"),
    "cut-before-last-chunk": habit(OK + CHUNKED + b"\r\n2\r\nok\r\n", closes=True, is_="reset"),
    "cut-in-head": habit(OK + b"Content-Le", closes=True, is_="reset",
                         curl_differs="it takes a head that was cut off for whole"),
    "silent": habit(closes=True, is_="reset"),
    "length-twice": habit(OK + TWO + TWO + b"\r\nok", keeps=True),
    "length-zeros": habit(OK + TWO + b"Content-Length: 002\r\n\r\nok", keeps=True),
    "length-list": habit(OK + b"Content-Length: 2, 2\r\n\r\nok", keeps=True),
    "lengths-differ": habit(OK + TWO + b"Content-Length: 3\r\n\r\nok", closes=True, is_="protocol",
                            curl_differs="it takes the first"),
    "length-no-number": habit(OK + b"Content-Length: two\r\n\r\nok", closes=True, is_="protocol",
                              curl_differs="it reads to the end"),
    "length-and-chunked": habit(
        OK + b"Content-Length: 7\r\n" + CHUNKED + b"\r\n2\r\nok\r\n0\r\n\r\n", keeps=False
    ),
    "chunk-extensions": habit(
        OK + CHUNKED + b'\r\n2;a="b;c";d=e\r\nok\r\n0;f\r\nX-Sum: 1\r\nX-B: 2\r\n\r\n', keeps=True
    ),
    "chunk-spaces": habit(OK + CHUNKED + b"\r\n2 ; a = b\r\nok\r\n0\r\n\r\n", keeps=True),
    "chunk-zeros": habit(OK + CHUNKED + b"\r\n0002\r\nok\r\n000\r\n\r\n", keeps=True),
    "chunk-dribble": habit(
        *(bytes([byte]) for byte in OK + CHUNKED + b"\r\n2\r\nok\r\n0\r\n\r\n"),
        pause_s=0.0002, keeps=True,
    ),
    "chunk-too-large": habit(OK + CHUNKED + b"\r\n" + b"F" * 18 + b"\r\nok\r\n", is_="protocol"),
    "chunk-no-size": habit(OK + CHUNKED + b"\r\nzz\r\nok\r\n0\r\n\r\n", is_="protocol"),
    "no-content": habit(b"HTTP/1.1 204 No Content\r\n\r\n", is_=204, keeps=True),
    "no-content-length": habit(
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", is_=204, keeps=True
    ),
    "not-modified": habit(b"HTTP/1.1 304 X\r\nContent-Length: 512\r\n\r\n", is_=304, keeps=True),
    "head": habit(OK + b"Content-Length: 512\r\n\r\n", method="HEAD", keeps=True),
    "head-chunked": habit(OK + CHUNKED + b"\r\n", method="HEAD", keeps=True),
    "head-bare": habit(OK + b"\r\n", method="HEAD", keeps=True),
    # what comes before and after it
    "continue": habit(b"HTTP/1.1 100 Continue\r\n\r\n" + OK + TWO + b"\r\nok", keeps=True),
    "early-hints": habit(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK, TWO + b"\r\nok", keeps=True,
    ),
    "continue-then-close": habit(
        b"HTTP/1.1 100 Continue\r\n\r\n", OK + b"\r\nhello", closes=True, keeps=False
    ),
    "lines-before": habit(b"\r\n\r\n" + OK + TWO + b"\r\nok",
                          curl_differs="it takes them for HTTP/0.9"),
    "line-after": habit(OK + TWO + b"\r\nok\r\n",
                        curl_differs="it takes the next answer for HTTP/0.9"),
    "garbage-after": habit(OK + TWO + b"\r\nok!garbage", keeps=False,
                           curl_differs="it meets the garbage on the next request"),
    "two-answers": habit(OK + TWO + b"\r\nok" + b"HTTP/1.1 500 X\r\n" + TWO + b"\r\nno",
                         keeps=False, curl_differs="it may take the second for the next"),
    "begins-another": habit(OK + TWO + b"\r\nokHTTP/1.1 5", keeps=False,
                            curl_differs="it meets the garbage on the next request"),
    # lines and headers (RFC 9112, 2.2 and 5)
    "lf": habit(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", keeps=True),
    "lf-chunked": habit(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", keeps=True),
    "lf-late": habit(b"HTTP/1.1 200 OK\nContent-Le", b"ngth: 2\n", b"\no", b"k", keeps=True),
    "folded": habit(OK + b"X-A: one\r\n two\r\n\tthree\r\n" + TWO + b"\r\nok", keeps=True),
    "lower-case": habit(b"HTTP/1.1 200 ok\r\ncontent-length:2\r\n\r\nok", keeps=True),
    "odd-headers": habit(
        OK + b"X-Empty:\r\nX-\xc3\xa9: a\x01b\r\n!#$: \xe9\r\n" + TWO + b"\r\nok",
        is_="protocol", curl_differs="it takes any name",
    ),
    "odd-values": habit(OK + b"X-E:\r\n!#$: \xe9\r\nX-C: a\x01b\r\n" + TWO + b"\r\nok", keeps=True),
    "space-before-colon": habit(OK + b"X-A : b\r\n" + TWO + b"\r\nok", keeps=True),
    "header-60k": habit(
        OK + b"X-Big: " + b"a" * 30_000, b"b" * 30_000 + b"\r\n" + TWO + b"\r\nok", keeps=True
    ),
    "no-reason": habit(b"HTTP/1.1 200\r\n" + TWO + b"\r\nok", keeps=True),
    "reason-utf8": habit(b"HTTP/1.1 200 D\xc3\xa9j\xc3\xa0 vu\r\n" + TWO + b"\r\nok", keeps=True),
    "status-299": habit(b"HTTP/1.1 299 Odd\r\n" + TWO + b"\r\nok", is_=299, keeps=True),
    "status-799": habit(b"HTTP/1.1 799 Odd\r\n" + TWO + b"\r\nok", is_=799, keeps=True),
    "status-099": habit(b"HTTP/1.1 099 Odd\r\n" + TWO + b"\r\nok", is_="protocol",
                        curl_differs="it takes any three digits"),
    "http-1.2": habit(b"HTTP/1.2 200 OK\r\n" + TWO + b"\r\nok", keeps=True,
                      curl_differs="it knows only 1.0 and 1.1"),
    "http-1.0": habit(b"HTTP/1.0 200 OK\r\n" + TWO + b"\r\nok", closes=True, keeps=False),
    "http-1.0-by-close": habit(b"HTTP/1.0 200 OK\r\n\r\nhello", closes=True, keeps=False),
    "http-1.0-kept": habit(
        b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + TWO + b"\r\nok", keeps=True
    ),
    "http-0.9": habit(b"hello", closes=True, is_="protocol"),
    "no-http": habit(b"SSH-2.0-OpenSSH_9.2\r\n", closes=True, is_="protocol"),
    "http-2.0": habit(b"HTTP/2.0 200 OK\r\n" + TWO + b"\r\nok", is_="protocol",
                      curl_differs="it takes it for HTTP/2"),
    "rtsp": habit(b"RTSP/1.0 200 OK\r\n" + TWO + b"\r\nok", closes=True, is_="protocol"),
    "close-list": habit(OK + b"Connection: x-y, Close\r\n" + TWO + b"\r\nok", keeps=False),
    "close-twice": habit(
        OK + b"Connection: keep-alive\r\nConnection: close\r\n" + TWO + b"\r\nok", keeps=False
    ),
    "offers-upgrade": habit(
        OK + b"Upgrade: h2c\r\nConnection: Upgrade\r\n" + TWO + b"\r\nok", keeps=True
    ),
    "gzip": habit(OK + b"Content-Encoding: gzip\r\n" + TWO + b"\r\n\x1f\x8b", keeps=True),
    "dribble": habit(*(bytes([byte]) for byte in OK + TWO + b"\r\nok"), pause_s=0.0002, keeps=True),
    "slow": habit(OK + TWO, b"\r\nok", pause_s=0.25, keeps=True),
    # when it closes, and what it reads
    "closes-unsaid": habit(OK + TWO + b"\r\nok", closes=True),
    "closes-later": habit(OK + TWO + b"\r\nok", rests_s=0.02),
    "login-then-close": habit(
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        is_=401, method="POST", before_body=True,
    ),
    "too-large-then-close": habit(
        b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        is_=413, method="POST", before_body=True, keeps=False,
    ),
}  # fmt: skip


class OddServer:
    """Serves every habit, at ``url/HABIT``, in threads."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections: Counter[str] = Counter()
        """By the habit that the first request on it asked for."""
        self.requests: Counter[str] = Counter()

    @contextmanager
    def serving(self) -> Iterator[OddServer]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        first = True
        with peer, peer.makefile("rb") as file, suppress(OSError):
            while line := file.readline():
                length = 0
                while (header := file.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                name = line.split()[1].decode().strip("/")
                odd = HABITS[name]
                self.requests[name] += 1
                self.connections[name] += first
                first = False
                if not odd.before_body:
                    file.read(length)
                for number, piece in enumerate(odd.pieces):
                    time.sleep(odd.pause_s if number else 0)
                    peer.sendall(piece)
                if odd.before_body:
                    # or what was not read would make the kernel reset the connection
                    peer.shutdown(socket.SHUT_WR)
                    file.read(length)
                if odd.rests_s is not None:
                    time.sleep(odd.rests_s)
                if odd.resets:
                    at_once = struct.pack("ii", 1, 0)
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                if odd.closes or odd.before_body or odd.rests_s is not None:
                    return


def main() -> None:
    with OddServer().serving() as server:
        print("\n".join(f"{server.url}/{name}" for name in HABITS), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
