"""Connections to the nodes, by name. They stay open from one look to the next."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import asyncpg

from sdctl.app.stores.mongo import MongoServer, NotSentError
from sdctl.observer.client_certificate import shown
from sdctl.observer.connection_pool import ConnectionPool
from sdctl.observer.name_resolver import NameResolver
from sdctl.observer.node import Login, Node
from sdctl.observer.streams import Answer, Http, Resp, http_request


class Place(NamedTuple):
    """A port of a node, and what it asks for."""

    name: str
    port: int
    login: Login | None


@dataclass(frozen=True)
class Sql:
    """A session on a PostgreSQL node."""

    session: asyncpg.Connection[Any]

    @property
    def usable(self) -> bool:
        """Whether it is open."""
        return not self.session.is_closed()

    def close(self) -> None:
        """At once."""
        self.session.terminate()

    async def exchange(self, query: str, *values: object) -> list[Mapping[str, Any]]:
        """The rows of a query."""
        return list(await self.session.fetch(query, *values))

    async def copy(self, query: str, *values: object) -> str:
        """The rows of a query as CSV: many at a small price."""
        text = bytearray()

        async def take(data: bytes) -> None:
            text.extend(data)

        await self.session.copy_from_query(query, *values, output=take, format="csv")
        return text.decode()


class Connections:
    """Reaches nodes. ``environ`` holds the secrets of their logins."""

    def __init__(self, environ: Mapping[str, str], names: NameResolver | None = None) -> None:
        self._environ = environ
        self._names = names or NameResolver()
        self._contexts: dict[str, ssl.SSLContext] = {}
        broken = (ConnectionError, EOFError)
        self._http = ConnectionPool(self._open_http, broken)
        self._https = ConnectionPool(self._open_https, (*broken, ssl.SSLError))
        self._resp = ConnectionPool(self._open_resp, broken)
        self._mongo = ConnectionPool(self._open_mongo, (*broken, NotSentError))
        self._sql = ConnectionPool(
            self._open_sql,
            (
                *broken,
                asyncpg.PostgresConnectionError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,  # its server ended an idle session
            ),
        )

    def close(self) -> None:
        """Close every connection."""
        for pool in (self._http, self._https, self._resp, self._mongo, self._sql):
            pool.close()

    async def get(self, target: Node, port: str, path: str) -> Answer:
        """A GET with the port's login, whatever its status."""
        return await self._ask(target, port, path, None)

    async def post(self, target: Node, port: str, path: str, value: object) -> Answer:
        """A POST of JSON with the port's login, whatever its status."""
        return await self._ask(target, port, path, json.dumps(value).encode())

    async def sql(self, target: Node, query: str, *values: object) -> list[Mapping[str, Any]]:
        """The rows of a query on one PostgreSQL node."""
        place = _place(target, "postgres")
        return await self._sql.use(place, lambda session: session.exchange(query, *values))

    async def copy(self, target: Node, query: str, *values: object) -> str:
        """The rows of a query on one PostgreSQL node, as CSV."""
        place = _place(target, "postgres")
        return await self._sql.use(place, lambda session: session.copy(query, *values))

    async def mongo(
        self, target: Node, database: str, command: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The reply of one node that speaks MongoDB's protocol."""
        place = _place(target, "mongo")
        return await self._mongo.use(place, lambda server: server.command(database, command))

    async def redis(self, target: Node, *commands: tuple[str, ...]) -> list[Any]:
        """The replies of one Redis node to commands sent in one round trip."""
        return await self._resp.use(
            _place(target, "redis"), lambda connection: connection.exchange(commands)
        )

    async def connects(self, target: Node, port: str) -> None:
        """Open and close a TCP connection. Raises ``OSError``."""
        _, writer = await self._connect(_place(target, port))
        writer.close()

    async def address(self, name: str) -> str | None:
        """A node's address; None when it has none: it does not run."""
        try:
            return await self._names.address(name)
        except socket.gaierror:
            return None

    async def names_by_address(self, names: Iterable[str]) -> dict[str, str]:
        """Address → name, of those that run."""
        listed = list(names)
        found = await asyncio.gather(*(self.address(name) for name in listed))
        return {a: name for name, a in zip(listed, found, strict=True) if a is not None}

    async def _ask(self, target: Node, port: str, path: str, body: bytes | None) -> Answer:
        place = _place(target, port)
        if place.login is not None and place.login.kind == "certificate":
            request = http_request(target.name, path, body)
            return await self._https.use(place, lambda http: http.exchange(request))
        request = http_request(target.name, path, body, authorization=self._basic(place.login))
        return await self._http.use(place, lambda http: http.exchange(request))

    def _secret(self, login: Login) -> str:
        return self._environ[login.variable]

    def _basic(self, login: Login | None) -> str | None:
        if login is None:
            return None
        word = f"{login.user}:{self._secret(login)}"
        return f"Basic {base64.b64encode(word.encode()).decode()}"

    def _context(self, login: Login) -> ssl.SSLContext:
        if login.variable not in self._contexts:
            self._contexts[login.variable] = shown(self._secret(login))
        return self._contexts[login.variable]

    async def _connect(self, place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(await self._names.address(place.name), place.port)

    async def _open_http(self, place: Place) -> Http:
        return Http(*await self._connect(place))

    async def _open_https(self, place: Place) -> Http:
        assert place.login is not None
        address = await self._names.address(place.name)
        context = self._context(place.login)
        return Http(
            *await asyncio.open_connection(
                address, place.port, ssl=context, server_hostname=place.name
            )
        )

    async def _open_resp(self, place: Place) -> Resp:
        connection = Resp(*await self._connect(place))
        if place.login is None:
            return connection
        try:
            await connection.exchange((("AUTH", self._secret(place.login)),))
        except BaseException:
            connection.close()
            raise
        return connection

    async def _open_mongo(self, place: Place) -> MongoServer:
        address, login = await self._names.address(place.name), place.login
        user, password = ("", "") if login is None else (login.user, self._secret(login))
        return await MongoServer.connect(address, place.port, user, password)

    async def _open_sql(self, place: Place) -> Sql:
        assert place.login is not None
        return Sql(
            await asyncpg.connect(
                host=await self._names.address(place.name),
                port=place.port,
                user=place.login.user,
                password=self._secret(place.login),
                database=place.login.database,
                ssl=False,
                server_settings={"application_name": "sdctl-observer"},
            )
        )


def _place(target: Node, port: str) -> Place:
    return Place(target.name, target.ports[port], target.logins.get(port))
