"""The head of an answer, read as leniently as RFC 9112 allows: see ``lenient_reader.py``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Ends = Literal["head", "length", "chunks", "close"]
"""What ends an answer."""

_STATUS = re.compile(rb"HTTP/(\d)\.(\d) +([1-9]\d\d)(?: .*)?", re.DOTALL)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEAD_LIMIT = 1_048_576
_TOLD = 65_536
"""Bytes of an error answer in which it may tell who gave it and why."""


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


def tells_why(status: int, kept: int) -> bool:
    """Whether more of the body is wanted, of which ``kept`` bytes are there: an error tells in it
    who gave it and why."""
    return status >= 400 and kept < _TOLD


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
    # 02 and 2 are one length
    lengths = {word.lstrip(b"0") or b"0" for word in _words(headers.get(b"content-length", ()))}
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
