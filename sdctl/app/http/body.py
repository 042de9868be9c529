"""A request's body: all of it, in time, and not too much."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from sdctl.app.http import problems
from sdctl.app.http.middleware import trace_of

SHARE = 0.75
"""Of the request's time that its body may take: the rest is for the work."""


async def read_body(request: Request, limit: int) -> bytes:
    """The request's body. Raises ProblemError: 413 above `limit` bytes, 408 when it does not come
    in time, 400 when it breaks off. In each case nothing was done yet."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        raise problems.too_large(limit)
    now = asyncio.get_running_loop().time()
    patience = (trace_of(request.scope).until - now) * SHARE
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise problems.too_large(limit)
                parts.append(part)
    except TimeoutError:
        raise problems.too_slow(size, patience) from None
    except ClientDisconnect:
        raise problems.malformed("the body broke off") from None
    return b"".join(parts)
