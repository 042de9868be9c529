"""An HTTP/1.1 client for an open loop: what is fired goes out now, not when a slot is free.

Connections are opened as requests need them. Free ones are a stack: the last used is the next
used, so the few that suffice stay warm, and the idle ones gather at the bottom, oldest first. One
sweep over the requests in the order they were fired finds the timeouts; no request has a timer.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from sdctl.load.connection import Connection, Exchange
from sdctl.load.outcome import Error
from sdctl.workloads.workload import Request

_SWEEP_S = 0.1
_IDLE_S = 4.0
"""Idle connections are closed before servers do it (5 s is common): a request sent into a closing
connection would be reported as a reset."""
_DNS_RETRY_S = 1.0
_WARM_S = 1.0
_LOCAL_LIMITS = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS})


class Sink(Protocol):
    """Takes what became of each request."""

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        """A whole answer came; ``body`` is a write's or a checked list's, else empty."""

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        """No answer came, or the request never left."""


class Client:
    """Sends requests to one address, over at most ``limit`` connections."""

    def __init__(self, host: str, port: int, sink: Sink, *, timeout_s: float, limit: int) -> None:
        self._host = host
        self._port = port
        self._sink = sink
        self._timeout_s = timeout_s
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._clock: Callable[[], float] = time.monotonic
        self._free: deque[Connection] = deque()
        self._waiting: deque[Exchange] = deque()
        self._fired: deque[Exchange] = deque()
        self._attempts: deque[tuple[float, asyncio.Task[None]]] = deque()
        self._connecting = 0
        self._addresses: list[str] = []
        self._lookup: asyncio.Task[list[str]] | None = None
        self._looked_up_at = 0.0
        self._sweeper = self._loop.call_later(_SWEEP_S, self._sweep)
        self._established: set[Connection] = set()
        self.in_flight = 0
        """Fired, and neither answered nor given up."""
        self.queued = 0
        """How many requests had to wait because ``limit`` was reached."""

    async def warm(self, count: int) -> None:
        """Open some connections beforehand; what fails or takes long is no error yet."""
        for _ in range(min(count, self._limit)):
            self._connect()
        if self._attempts:
            await asyncio.wait([task for _, task in self._attempts], timeout=_WARM_S)

    def fire(self, request: Request, data: bytes, due_at: float) -> None:
        """Send a request now, over a free connection or one opened for it."""
        now = self._clock()
        exchange = Exchange(request, data, due_at, now)
        self._fired.append(exchange)
        self.in_flight += 1
        free = self._free
        while free:
            connection = free.pop()
            if not connection.closed:
                connection.send(exchange, now)
                return
        self._waiting.append(exchange)
        self._connect_for_waiting()
        if self._connecting < len(self._waiting):
            self.queued += 1

    def close(self, error: Error) -> None:
        """Give up everything in flight for this reason and close all connections."""
        self._sweeper.cancel()
        for _, task in self._attempts:
            task.cancel()
        for exchange in self._fired:
            if exchange.open:
                self._give_up(exchange, error if exchange.sent_at else "queue_timeout")
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
        error: Error | None = None
        try:
            connection = await self._dial()
        except socket.gaierror:
            error = "dns"
        except ConnectionRefusedError:
            error = "refused"
        except OSError as problem:
            error = "local" if problem.errno in _LOCAL_LIMITS else "unreachable"
        finally:
            self._connecting -= 1
        if error is None:
            self._established.add(connection)
            self._release(connection, self._clock())
        elif (waiting := self._next_waiting()) is not None:
            self._give_up(waiting, error)

    async def _dial(self) -> Connection:
        """Open a connection. It is used only when this returns: one whose attempt is cancelled just
        as it was made is closed by the event loop, which tells nobody."""
        problem: OSError | None = None
        for address in await self._resolve():
            try:
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self), address, self._port
                )
            except OSError as error:
                problem = error
                continue
            if address != self._addresses[0]:
                self._addresses.remove(address)
                self._addresses.insert(0, address)
            return connection
        raise problem or OSError(f"{self._host} has no address")

    async def _resolve(self) -> list[str]:
        """The host's addresses, the one that worked last first. One look-up serves all who wait."""
        if not self._addresses:
            if self._lookup is None or (
                self._lookup.done() and self._clock() - self._looked_up_at > _DNS_RETRY_S
            ):
                self._looked_up_at = self._clock()
                self._lookup = self._loop.create_task(self._look_up())
            self._addresses = await asyncio.shield(self._lookup)
        return list(self._addresses)

    async def _look_up(self) -> list[str]:
        try:
            found = await self._loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise socket.gaierror(socket.EAI_NONAME, str(error)) from error
        return list(dict.fromkeys(str(each[4][0]) for each in found))

    # what becomes free, and what takes too long

    def _release(self, connection: Connection, now: float) -> None:
        waiting = self._next_waiting()
        if waiting is not None:
            connection.send(waiting, now)
        else:
            connection.idle_since = now
            self._free.append(connection)

    def _next_waiting(self) -> Exchange | None:
        while self._waiting:
            exchange = self._waiting.popleft()
            if exchange.open:
                return exchange
        return None

    def _give_up(self, exchange: Exchange, error: Error) -> None:
        exchange.open = False
        connection, exchange.connection = exchange.connection, None
        if connection is not None and not connection.closed:
            connection.drop()
        self.in_flight -= 1
        self._sink.unanswered(exchange, error, self._clock())

    def _sweep(self) -> None:
        now = self._clock()
        fired = self._fired
        oldest = now - self._timeout_s
        while fired and (not fired[0].open or fired[0].fired_at <= oldest):
            exchange = fired.popleft()
            if not exchange.open:
                continue
            if exchange.sent_at:
                self._give_up(exchange, "timeout")
            else:
                self._give_up(exchange, "connect_timeout" if self._connecting else "queue_timeout")
        while self._waiting and not self._waiting[0].open:
            self._waiting.popleft()
        attempts = self._attempts
        while attempts and (attempts[0][1].done() or attempts[0][0] <= now):
            attempts.popleft()[1].cancel()
        while self._free and (self._free[0].closed or self._free[0].idle_since < now - _IDLE_S):
            connection = self._free.popleft()
            if not connection.closed:
                connection.drop()
        self._sweeper = self._loop.call_later(_SWEEP_S, self._sweep)
