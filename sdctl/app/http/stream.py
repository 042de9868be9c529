"""Stream: one user's notifications as server-sent events, until either side leaves.

A notice makes it look into the inbox at once; it looks every few seconds anyway. What it
sends follows from the inbox and its own cursor only, so each id is sent once, in order.
"""

from __future__ import annotations

import asyncio
import contextlib

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sdctl.app.logs import Log, reason
from sdctl.app.queue.inbox_notices import InboxNoticeReceiver
from sdctl.app.stores.inbox import PAGE, Inbox, InboxPage, Notification
from sdctl.app.stores.outcomes import LeaderAwayError, NoReadableNodeError

LOOK_S = 5.0
READ_TIMEOUT_S = 4.0
MAX_STREAMS = 2000

_HEADERS = {
    "Cache-Control": "no-store",
    # For proxies that would rather collect a while.
    "X-Accel-Buffering": "no",
}


def encode_event(notification: Notification) -> bytes:
    """One server-sent event."""
    data = orjson.dumps(notification.document())
    return b"id: %d\ndata: %s\n\n" % (notification.id, data)


class Streams:
    """All streams of this replica, so that they can be ended together."""

    def __init__(self, inbox: Inbox, inbox_notices: InboxNoticeReceiver, log: Log) -> None:
        self.inbox = inbox
        self.inbox_notices = inbox_notices
        self.log = log
        self.ended = False

    @property
    def has_room(self) -> bool:
        return not self.ended and self.inbox_notices.streams < MAX_STREAMS

    def open(self, user_id: str, first: InboxPage) -> Response:
        """A stream that begins with `first`."""
        return Stream(self, user_id, first)

    def end(self) -> None:
        """End every stream, now and from now on."""
        self.ended = True
        self.inbox_notices.wake_all()


class Stream(Response):
    """The answer to one client."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, user_id: str, first: InboxPage) -> None:
        super().__init__(None, 200, _HEADERS)
        del self.headers["content-length"]
        self._streams = streams
        self._user_id = user_id
        self._page = first
        self._gone = False
        self._wake = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watch = asyncio.create_task(self._watch(receive))
        try:
            with self._streams.inbox_notices.listening(self._user_id, self._wake):
                await send(
                    {
                        "type": "http.response.start",
                        "status": self.status_code,
                        "headers": self.raw_headers,
                    }
                )
                await self._write(send, b": these are your notifications\n\n")
                await self._run(send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _run(self, send: Send) -> None:
        page = self._page
        # What happened since the first page was read has no notice any more.
        self._wake.set()
        while not self._over():
            if page.notifications:
                await self._write(send, b"".join(map(encode_event, page.notifications)))
            if len(page.notifications) < PAGE:
                if not await self._woken():
                    await self._write(send, b": still here\n\n")
                if self._over():
                    return
            page = await self._next(page)

    def _over(self) -> bool:
        return self._gone or self._streams.ended

    async def _next(self, page: InboxPage) -> InboxPage:
        until = asyncio.get_running_loop().time() + READ_TIMEOUT_S
        try:
            return await self._streams.inbox.after(self._user_id, page.last_id, until)
        except (LeaderAwayError, NoReadableNodeError):
            pass  # the next look may find a database again
        except Exception as exc:
            self._streams.log.warning("inbox not readable", user_id=self._user_id, why=reason(exc))
        return InboxPage(start=page.last_id, notifications=[])

    async def _woken(self) -> bool:
        """Wait for a notice, at most until the next look is due; whether there was one."""
        try:
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._wake.set()

    async def _write(self, send: Send, body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})
