"""A connection to a database server, as far as the service uses it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Protocol

import asyncpg

Row = Mapping[str, Any]


class SqlConnection(Protocol):
    """The part of asyncpg's connection that this service uses."""

    async def fetch(self, query: str, *args: object) -> list[Row]: ...

    async def fetchrow(self, query: str, *args: object) -> Row | None: ...

    async def execute(self, query: str, *args: object) -> str: ...

    def terminate(self) -> None: ...

    def is_closed(self) -> bool: ...


async def keep_session(_connection: object) -> None:
    """Sessions hold no state here, so the pool's usual reset would be a wasted round trip."""


def cut_off(connection: SqlConnection) -> None:
    """End it at once, whatever is under way on it."""
    with contextlib.suppress(asyncpg.InterfaceError):  # somebody else did
        connection.terminate()


def is_gone(connection: SqlConnection) -> bool:
    """Whether nobody can use it any more."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back already
        return True
