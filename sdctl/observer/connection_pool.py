"""A pool of connections that stay open from one look to the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar


class PooledConnection(Protocol):
    """What a pool can hold."""

    @property
    def usable(self) -> bool:
        """Whether another exchange may follow."""
        ...

    def close(self) -> None:
        """At once, without a farewell."""
        ...


C = TypeVar("C", bound=PooledConnection)
K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class ConnectionPool(Generic[K, C]):
    """Open connections by key; as many per key as were ever used at once."""

    def __init__(
        self, connect: Callable[[K], Awaitable[C]], stale: tuple[type[Exception], ...]
    ) -> None:
        self._connect = connect
        self._stale = stale
        self._idle: dict[K, list[C]] = {}

    async def use(self, key: K, exchange: Callable[[C], Awaitable[R]]) -> R:
        """Run one exchange. A pooled connection that turns out to be broken is replaced once: its
        server may have been restarted since. After any error the connection is closed."""
        idle = self._idle.setdefault(key, [])
        while idle:
            connection = idle.pop()
            if connection.usable:
                try:
                    return await self._exchange(idle, connection, exchange)
                except self._stale:
                    break
        self._drop(idle)
        return await self._exchange(idle, await self._connect(key), exchange)

    async def _exchange(
        self, idle: list[C], connection: C, exchange: Callable[[C], Awaitable[R]]
    ) -> R:
        try:
            result = await exchange(connection)
        except BaseException:
            connection.close()
            raise
        if connection.usable:
            idle.append(connection)
        else:
            connection.close()
        return result

    def close(self) -> None:
        """Close all that are idle."""
        for idle in self._idle.values():
            self._drop(idle)

    def _drop(self, idle: list[C]) -> None:
        while idle:
            idle.pop().close()
