"""Reads an answer as leniently as RFC 9112 lets a recipient read it. It is slow.

llhttp is fast and strict. What it refuses is read once more here: lines that end in LF alone (2.2),
headers folded over lines (5.2), the same Content-Length twice or beside a Transfer-Encoding (6.3),
spaces around chunk extensions (7.1.1). And what it cannot know: an answer to HEAD has no body.
"""

from __future__ import annotations

import re

from sdctl.load.answer_head import Head, Malformed, read_head, tells_why

_SIZE = re.compile(rb"[ \t]*0*([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


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
            self._take(head, len(self._data))
            return False
        if head.ends == "length":
            self._take(head, self._missing)
            return self._missing == 0
        return self._read_chunks(head)

    def _take(self, head: Head, count: int) -> None:
        taken, self._data = self._data[:count], self._data[count:]
        if self._keep_body or tells_why(head.status, len(self.body)):
            self.body += taken
        self._missing = max(0, self._missing - len(taken))

    def _read_chunks(self, head: Head) -> bool:
        while True:
            if self._missing:
                self._take(head, self._missing)
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
