"""An HTTP/1.1 client for an open loop: what is fired goes out now, not when a slot is free.

Connections are opened as requests need them. Free ones are a stack: the last used is the next
used, so the few that suffice stay warm, and the idle ones gather at the bottom, oldest first. One
sweep over the requests in the order they were sent, and over those that wait for a connection in
the order they were fired, finds what took too long; no request has a timer. The limit counts twice
and apart: from the send, and before it from when the request was fired.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Protocol

from sdctl.judge.outcome import Error
from sdctl.load.connection import Connection
from sdctl.load.dialer import Dialer, named
from sdctl.load.exchange import Exchange
from sdctl.load.request_attempts import Earlier
from sdctl.load.waiting_requests import WaitingRequests
from sdctl.workloads.workload import Request

_SWEEP_S = 0.1
IDLE_S = 4.0
"""Idle connections are closed before servers do it (5 s is common): a request sent into a closing
connection has to be sent once more."""
_WARM_S = 1.0


class Sink(Protocol):
    """Takes what became of each request."""

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        """A whole answer came; ``body`` is a write's, a checked list's or, as far as it tells
        why, an error's; else empty."""

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        """No answer came, or the request never left."""


class Client:
    """Sends requests to one address, over at most ``limit`` connections."""

    def __init__(self, host: str, port: int, sink: Sink, *, timeout_s: float, limit: int) -> None:
        self._sink = sink
        self._timeout_s = timeout_s
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._clock: Callable[[], float] = time.monotonic
        self._free: deque[Connection] = deque()
        self._waiting = WaitingRequests()
        self._sent: deque[Exchange] = deque()
        self._attempts: deque[tuple[float, asyncio.Task[None]]] = deque()
        self._connecting = 0
        self._dialer = Dialer(host, port, lambda: Connection(self))
        self._sweeper = self._loop.call_later(_SWEEP_S, self._sweep)
        self._established: set[Connection] = set()
        self.in_flight = 0
        """Fired, and neither answered nor given up."""
        self.queued = 0
        """How many requests had to wait because ``limit`` was reached."""
        self.retried = 0
        """How many were sent once more, on a new connection."""
        self.scarce: Counter[str] = Counter()
        """Requests that this machine lacked something for: ``files``, ``ports``, ``memory``."""

    async def warm(self, count: int) -> None:
        """Open some connections beforehand; what fails or takes long is no error yet."""
        for _ in range(min(count, self._limit)):
            self._connect()
        if self._attempts:
            await asyncio.wait([task for _, task in self._attempts], timeout=_WARM_S)

    def fire(
        self, request: Request, data: bytes, due_at: float, earlier: Earlier | None = None
    ) -> None:
        """Send a request now, over a free connection or one opened for it."""
        now = self._clock()
        exchange = Exchange(request, data, due_at, now, earlier)
        self.in_flight += 1
        free = self._free
        while free:
            connection = free.pop()
            if not connection.closed:
                self._sent.append(exchange)
                connection.send(exchange, now)
                return
        self._waiting.fired.append(exchange)
        self._connect_for_waiting()
        if self._connecting < len(self._waiting.fired):
            self.queued += 1

    def close(self, error: Error) -> None:
        """Give up everything in flight for this reason and close all connections."""
        self._sweeper.cancel()
        for _, task in self._attempts:
            task.cancel()
        for exchange in (*self._sent, *self._waiting.fired):
            if exchange.open:
                self._give_up(exchange, error if exchange.sent_at else "unsent")
        while self._free:
            self._free.pop().drop()

    @property
    def connections(self) -> int:
        """How many are open or being opened."""
        return len(self._established) + self._connecting

    # what connections report

    def answered(
        self, connection: Connection, exchange: Exchange, status: int, body: bytes, keep: bool
    ) -> None:
        """An answer is complete; the connection can be used again if ``keep``."""
        now = self._clock()
        exchange.open = False
        exchange.connection = None
        self.in_flight -= 1
        self._sink.answered(exchange, status, body, now)
        if keep:
            self._release(connection, now)
        else:
            connection.drop()

    def broken(self, exchange: Exchange, error: Error) -> None:
        """The connection ended before the answer did."""
        self._give_up(exchange, error)

    def unheard(self, exchange: Exchange) -> None:
        """A connection that had been kept ended without a byte of this answer: it was being
        closed as the request came (RFC 9112, 9.3.1), so what may be repeated is sent once more."""
        if exchange.retried or not exchange.request.repeatable:
            self._give_up(exchange, "reset")
            return
        exchange.retried = True
        exchange.connection = None
        self.retried += 1
        self._waiting.again.append(exchange)
        self._connect_for_waiting()

    def lost(self, connection: Connection) -> None:
        """A connection is closed; a free one stays in the stack until it is met there."""
        self._established.discard(connection)
        self._connect_for_waiting()

    # connecting

    def _connect_for_waiting(self) -> None:
        while self._connecting < len(self._waiting) and self.connections < self._limit:
            self._connect()

    def _connect(self) -> None:
        self._connecting += 1
        task = self._loop.create_task(self._open())
        self._attempts.append((self._clock() + self._timeout_s, task))

    async def _open(self) -> None:
        """One attempt. A failed one fails the request that waits longest."""
        problem: OSError | None = None
        try:
            connection = await self._dialer.dial()
        except OSError as failed:
            problem = failed
        finally:
            self._connecting -= 1
        if problem is None:
            self._established.add(connection)
            self._release(connection, self._clock(), fresh=True)
        elif (waiting := self._next_waiting(fresh=True)) is not None:
            error, scarce = named(problem)
            if scarce is not None:
                self.scarce[scarce] += 1
            # once sent, the server may have done it
            self._give_up(waiting, "reset" if waiting.sent_at else error)

    # what becomes free, and what takes too long

    def _release(self, connection: Connection, now: float, *, fresh: bool = False) -> None:
        waiting = self._next_waiting(fresh=fresh)
        if waiting is not None:
            if not waiting.sent_at:
                self._sent.append(waiting)
            connection.send(waiting, now)
        else:
            connection.keep_alive = True
            connection.idle_since = now
            self._free.append(connection)

    def _next_waiting(self, *, fresh: bool) -> Exchange | None:
        """Who is to be sent next; what is sent once more needs a ``fresh`` connection, as long as
        one can be opened."""
        return self._waiting.next(again=fresh or self.connections >= self._limit)

    def _give_up(self, exchange: Exchange, error: Error) -> None:
        exchange.open = False
        connection, exchange.connection = exchange.connection, None
        if connection is not None and not connection.closed:
            connection.drop()
        self.in_flight -= 1
        self._sink.unanswered(exchange, error, self._clock())

    def _sweep(self) -> None:
        now = self._clock()
        oldest = now - self._timeout_s
        sent, waiting = self._sent, self._waiting.fired
        while sent and (not sent[0].open or sent[0].sent_at <= oldest):
            exchange = sent.popleft()
            if exchange.open:
                self._give_up(exchange, "timeout")
        while waiting and (not waiting[0].open or waiting[0].fired_at <= oldest):
            exchange = waiting.popleft()
            if exchange.open:
                self._give_up(exchange, "connect_timeout" if self._connecting else "queue_timeout")
        attempts = self._attempts
        while attempts and (attempts[0][1].done() or attempts[0][0] <= now):
            attempts.popleft()[1].cancel()
        while self._free and (self._free[0].closed or self._free[0].idle_since < now - IDLE_S):
            connection = self._free.popleft()
            if not connection.closed:
                connection.drop()
        self._sweeper = self._loop.call_later(_SWEEP_S, self._sweep)
