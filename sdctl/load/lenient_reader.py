"""Reads an answer as leniently as RFC 9112 lets a recipient read it. It is slow.

llhttp is fast and strict. What it refuses is read once more here: lines that end in LF alone (2.2),
headers folded over lines (5.2), the same Content-Length twice or beside a Transfer-Encoding (6.3),
spaces around chunk extensions (7.1.1). And what it cannot know: an answer to HEAD has no body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Ends = Literal["head", "length", "chunks", "close"]
"""What ends an answer."""

_STATUS = re.compile(rb"HTTP/(\d)\.(\d) +([1-9]\d\d)(?: .*)?", re.DOTALL)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,40})[ \t]*(?:;.*)?", re.DOTALL)
_HEAD_LIMIT = 1_048_576


class Malformed(Exception):
    """No answer that HTTP/1.1 knows."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """Status line and headers, as far as they decide where the answer ends."""

    status: int
    ends: Ends
    length: int = 0
    keep: bool
    """The connection can be used again afterwards."""
    size: int
    """Bytes it took, with all informational answers before it."""


def read_head(data: bytes, method: bytes) -> Head | None:
    """The head of the final answer, past all 1xx; None while it is not whole.

    Raises ``Malformed``.
    """
    start = 0
    while (lines := _lines(data, start)) is not None:
        texts, start = lines
        head = _head(texts, method, start)
        if head.status >= 200 or head.status == 101:
            return head
    begun, whole, _ = data[start : start + _HEAD_LIMIT].lstrip(b"\r\n").partition(b"\n")
    if not begun.startswith(b"HTTP/"[: len(begun)]) or (whole and not _STATUS.match(begun)):
        raise Malformed("no status line")
    if len(data) - start > _HEAD_LIMIT:
        raise Malformed("the headers do not end")
    return None


class LenientReader:
    """``feed`` it what comes for one request after the other, each begun with ``begin``."""

    def __init__(self) -> None:
        self.begin(b"GET", keep_body=False)

    def begin(self, method: bytes, *, keep_body: bool) -> None:
        """Expect the answer to a request with ``method``."""
        self._method = method
        self._keep_body = keep_body
        self._data = b""
        self._head: Head | None = None
        self._missing = 0
        """Bytes of the body, or of the chunk with its line end, that did not come yet."""
        self._trailers = False
        self.body = b""
        self.status = 0
        """Of the answer, once it is whole; else 0."""
        self.surplus = False
        """More came than the answer."""

    @property
    def heard(self) -> bool:
        """Whether anything came since the request."""
        return bool(self._data or self._head)

    @property
    def keep(self) -> bool:
        """Whether the connection can be used again."""
        return self._head is not None and self._head.keep and not self.surplus

    def feed(self, data: bytes) -> None:
        """Take what came. Raises ``Malformed``."""
        self._data += data
        if self._head is None:
            head = read_head(self._data, self._method)
            if head is None:
                return
            self._head, self._missing = head, head.length
            self._data = self._data[head.size :]
        if self._read_body(self._head):
            self.status = self._head.status
            self.surplus = bool(self._data.strip(b"\r\n"))

    def end(self) -> bool:
        """The connection ended: whether that completes the answer."""
        if self._head is None or self._head.ends != "close":
            return False
        self.status = self._head.status
        return True

    def _read_body(self, head: Head) -> bool:
        if head.ends == "head":
            return True
        if head.ends == "close":
            self._take(len(self._data))
            return False
        if head.ends == "length":
            self._take(self._missing)
            return self._missing == 0
        return self._read_chunks()

    def _take(self, count: int) -> None:
        taken, self._data = self._data[:count], self._data[count:]
        if self._keep_body:
            self.body += taken
        self._missing = max(0, self._missing - len(taken))

    def _read_chunks(self) -> bool:
        while True:
            if self._missing:
                self._take(self._missing)
                if self._missing:
                    return False
            line, found, rest = self._data.partition(b"\n")
            if not found:
                return False
            self._data = rest
            line = line.removesuffix(b"\r")
            if self._trailers:
                if not line:
                    return True
            elif line:  # an empty one ends a chunk
                size = _SIZE.fullmatch(line)
                if size is None:
                    raise Malformed("a chunk without a size")
                self._missing = int(size[1], 16)
                self._trailers = not self._missing


def _lines(data: bytes, start: int) -> tuple[list[bytes], int] | None:
    """The lines of the head from ``start`` on, and where it ends; None while it is not whole."""
    lines: list[bytes] = []
    while (end := data.find(b"\n", start)) >= 0:
        line = data[start:end].removesuffix(b"\r")
        start = end + 1
        if not line and lines:
            return lines, start
        if line[:1] in (b" ", b"\t") and len(lines) > 1:
            lines[-1] += b" " + line.strip(b" \t")
        elif line:
            lines.append(line)
    return None


def _head(lines: list[bytes], method: bytes, size: int) -> Head:
    found = _STATUS.fullmatch(lines[0])
    if found is None or found[1] != b"1":
        raise Malformed("no status line")
    status, modern = int(found[3]), found[2] != b"0"
    headers: dict[bytes, list[bytes]] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name.rstrip(b" \t")) or b"\0" in line:
            raise Malformed("a header without a name")
        headers.setdefault(name.rstrip(b" \t").lower(), []).append(value.strip(b" \t"))
    codings = [
        coding for coding in _words(headers.get(b"transfer-encoding", ())) if coding != b"identity"
    ]
    lengths = set(_words(headers.get(b"content-length", ())))
    words = set(_words(headers.get(b"connection", ())))
    keep = b"close" not in words and (modern or b"keep-alive" in words)
    ends: Ends = "close"
    length = 0
    if method == b"HEAD" or status < 200 or status in (204, 304):
        ends = "head"
    elif codings:
        # beside a length, or from a 1.0 server, it may be an attempt at smuggling: once and away
        keep = keep and modern and not lengths
        if codings[-1] == b"chunked":
            ends = "chunks"
    elif lengths:
        if len(lengths) > 1 or not (text := lengths.pop()).isdigit() or len(text) > 18:
            raise Malformed("lengths that contradict each other")
        ends, length = "length", int(text)
    keep = keep and ends != "close"
    return Head(status=status, ends=ends, length=length, keep=keep, size=size)


def _words(values: Iterable[bytes]) -> list[bytes]:
    """The members of a comma-separated list that may be spread over several headers."""
    found = [word.strip(b" \t").lower() for value in values for word in value.split(b",")]
    return [word for word in found if word]
