"""Ids: order and event ids, request ids and trace ids, and how one is carried into another."""

from __future__ import annotations

import hashlib
import os
import re
import time
import uuid

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_HEX32 = re.compile(r"[0-9a-f]{32}")


def new_order_id(now_ms: int | None = None) -> uuid.UUID:
    """A UUID version 7: its order is the order of time, so it is also the page cursor."""
    stamp = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    random = int.from_bytes(os.urandom(10), "big")
    value = (stamp & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def parse_uuid(text: str) -> uuid.UUID | None:
    """The id, or None when the text is not one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def request_id(given: bytes | None) -> str:
    """The caller's request id where it is usable, else a new one (which is a trace id too)."""
    if given is not None:
        text = given.decode("latin-1")
        if _REQUEST_ID.fullmatch(text):
            return text
    return os.urandom(16).hex()


def traceparent(given: bytes | None, request: str) -> str:
    """A W3C traceparent: the caller's trace if it sent one, else one made from the request id."""
    span = os.urandom(8).hex()
    if given is not None:
        match = _TRACEPARENT.fullmatch(given.decode("latin-1"))
        if match:
            return f"00-{match[1]}-{span}-01"
    trace = request.replace("-", "").lower()
    if not _HEX32.fullmatch(trace):
        trace = hashlib.blake2b(request.encode(), digest_size=16).hexdigest()
    return f"00-{trace}-{span}-01"
