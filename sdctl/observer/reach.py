"""The clients that probes share. They stay open between looks and are made anew when broken."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import asyncpg
import httpx
from redis.asyncio import Redis

TIMEOUT_S = 0.7


class Reach:
    """Ways to reach nodes by name; passwords come from the environment."""

    def __init__(self) -> None:
        # a connection is kept: names are looked up again whenever a node is not where it was
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
        self._postgres: dict[str, asyncpg.Connection[Any]] = {}
        self._redis: dict[str, Redis] = {}

    async def get(self, url: str, **options: Any) -> Any:
        """The JSON of a GET, whatever its status. Raises ``httpx.TransportError``."""
        return (await self._http.get(url, **options)).json()

    async def text(self, url: str) -> str:
        """The text of a GET."""
        return (await self._http.get(url)).text

    async def post(self, url: str, value: Any) -> Any:
        """The JSON of a POST."""
        return (await self._http.post(url, json=value)).json()

    async def queue(self, host: str, port: int, path: str) -> Any:
        """A GET of RabbitMQ's management API on one node."""
        login = ("observer", os.environ["QUEUE_PASSWORD"])
        return await self.get(f"http://{host}:{port}/api/{path}", auth=login)

    async def sql(self, host: str, port: int, query: str) -> list[Any]:
        """Rows of a query on one PostgreSQL node, as the role ``observer``."""
        connection = self._postgres.get(host)
        if connection is None or connection.is_closed():
            connection = await asyncpg.connect(
                host=host,
                port=port,
                user="observer",
                password=os.environ["DATABASE_PASSWORD"],
                database="sdctl",
                timeout=TIMEOUT_S,
                command_timeout=TIMEOUT_S,
                statement_cache_size=20,
            )
            self._postgres[host] = connection
        try:
            return list(await connection.fetch(query))
        except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            self._postgres.pop(host, None)
            connection.terminate()
            raise

    async def redis(self, host: str, port: int, *commands: tuple[str, ...]) -> list[Any]:
        """The answers of one Redis node to commands sent in one round trip."""
        client = self._redis.get(host)
        if client is None:
            client = Redis(
                host=host,
                port=port,
                password=os.environ["CACHE_PASSWORD"],
                socket_timeout=TIMEOUT_S,
                socket_connect_timeout=TIMEOUT_S,
                decode_responses=True,
            )
            self._redis[host] = client
        pipe = client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return list(await pipe.execute())

    async def connects(self, host: str, port: int) -> None:
        """Open and close a TCP connection. Raises ``OSError``."""
        _, writer = await asyncio.open_connection(host, port)
        writer.close()

    async def addresses(self, host: str) -> set[str]:
        """The IPv4 addresses of a name; empty when there is none (the node does not run)."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, None, family=socket.AF_INET)
        except OSError:
            return set()
        return {str(each[4][0]) for each in found}


def why(error: BaseException) -> str:
    """A few words for an error, as a person reads them in a table."""
    text = str(error)
    if isinstance(error, TimeoutError | asyncio.TimeoutError | httpx.TimeoutException):
        return f"no answer in {TIMEOUT_S * 1000:.0f} ms"
    for sign, words in (
        ("Name or service not known", "name not found: not running"),
        ("Temporary failure in name resolution", "name not found: not running"),
        ("No address associated", "name not found: not running"),
        ("Timeout", f"no answer in {TIMEOUT_S * 1000:.0f} ms"),
        ("Connect call failed", "connection refused"),
        ("onnection refused", "connection refused"),
        ("All connection attempts failed", "connection refused"),
    ):
        if sign in text:
            return words
    return f"{type(error).__name__}: {text}"[:120]


def silent(error: BaseException) -> bool:
    """Whether the node did not answer at all: then its health is unknown, not failing."""
    return why(error).startswith("no answer")
