"""A stream must send each notification once, in order, and end when either side leaves."""

import asyncio
from typing import Any

from app_configs import SMALLEST

from sdctl.app.http.stream import Streams, encode_event
from sdctl.app.logs import Log
from sdctl.app.queue.broker import Broker
from sdctl.app.queue.inbox_notices import InboxNoticeReceiver
from sdctl.app.stores.inbox import InboxPage, Notification


def note(number: int) -> Notification:
    return Notification(
        id=number, order_id=f"o-{number}", kind="order.completed", at="2026-01-01T00:00:00.000Z"
    )


class Rows:
    """An inbox in memory."""

    def __init__(self, count: int) -> None:
        self.count = count

    async def after(self, user_id: str, seq: int, until: float) -> InboxPage:
        return InboxPage(start=seq, notifications=[note(n) for n in range(seq + 1, self.count + 1)])


class Client:
    """The receiving side; leaves when `left` is set."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.received = b""
        self.ended = False

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.received += message["body"]
            self.ended = not message["more_body"]

    def ids(self) -> list[int]:
        lines = self.received.split(b"\n")
        return [int(line[4:]) for line in lines if line.startswith(b"id: ")]


CONFIG = SMALLEST


async def open_stream(rows: Rows, client: Client) -> tuple[Streams, asyncio.Task[None]]:
    notices = InboxNoticeReceiver(Broker(CONFIG, Log()), CONFIG)
    streams = Streams(rows, notices, Log())  # type: ignore[arg-type]
    response = streams.open("u", await rows.after("u", 0, 0))
    return streams, asyncio.create_task(response({"type": "http"}, client.receive, client.send))


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_what_waited_and_what_comes_must_be_sent_once_in_order() -> None:
    async def run() -> list[int]:
        rows, client = Rows(3), Client()
        streams, task = await open_stream(rows, client)
        await turns()
        rows.count = 5
        streams.inbox_notices.wake_all()
        await turns()
        streams.inbox_notices.wake_all()
        await turns()
        streams.end()
        await task
        assert client.ended
        assert streams.inbox_notices.streams == 0
        return client.ids()

    assert asyncio.run(run()) == [1, 2, 3, 4, 5]


def test_a_client_that_leaves_must_free_its_stream() -> None:
    async def run() -> None:
        client = Client()
        streams, task = await open_stream(Rows(0), client)
        await turns()
        assert streams.inbox_notices.streams == 1
        client.left.set()
        await asyncio.wait_for(task, 20)
        assert streams.inbox_notices.streams == 0

    asyncio.run(run())


def test_no_stream_must_be_opened_while_the_process_ends() -> None:
    async def run() -> None:
        streams, task = await open_stream(Rows(0), Client())
        await turns()
        streams.end()
        await asyncio.wait_for(task, 20)
        assert not streams.has_room

    asyncio.run(run())


def test_an_event_must_carry_its_id() -> None:
    event = encode_event(note(7))
    assert event.startswith(b"id: 7\ndata: {")
    assert event.endswith(b"}\n\n")
