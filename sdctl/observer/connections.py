"""Reach: the ways to ask a node, by its name. Connections stay open between looks."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg

from sdctl.app.stores.mongo import Wire
from sdctl.observer.certificate import shown
from sdctl.observer.names import Names
from sdctl.observer.node import Node
from sdctl.observer.open_connections import Kept
from sdctl.observer.streams import Answer, Http, Resp, http_request

Place = tuple[str, int]
"""A node's name and a port."""
_DATABASES = {"database": "sdctl", "documents": "postgres"}
"""By tier, what is looked into where it is a PostgreSQL; its password is ``<TIER>_PASSWORD``."""
_PASSWORDS = {"search": "SEARCH_PASSWORD", "gateway": "STATS_PASSWORD", "lb": "STATS_PASSWORD"}
"""By tier, the variable with the password of whose HTTP asks for one."""
_MONGO_PORT = "mongo"


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

    async def exchange(self, query: str) -> list[Mapping[str, Any]]:
        """The rows of a query."""
        return list(await self.session.fetch(query))


class Reach:
    """Reaches nodes. ``environ`` holds the passwords."""

    def __init__(self, environ: Mapping[str, str], names: Names | None = None) -> None:
        self._environ = environ
        self._names = names or Names()
        broken = (ConnectionError, EOFError)
        self._http = Kept(self._open_http, broken)
        self._https = Kept(self._open_https, (*broken, ssl.SSLError))
        self._resp = Kept(self._open_resp, broken)
        self._mongo = Kept(self._open_mongo, broken)
        self._sql = Kept(
            self._open_sql, (*broken, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
        )

    def close(self) -> None:
        """Close every kept connection."""
        for kept in (self._http, self._https, self._resp, self._mongo, self._sql):
            kept.close()

    async def get(
        self, target: Node, port: str, path: str, *, authorization: str | None = None
    ) -> Answer:
        """A GET, whatever its status."""
        login = authorization or self._login(target)
        request = http_request(target.name, path, authorization=login)
        return await self._http.use(
            _place(target, port), lambda connection: connection.exchange(request)
        )

    async def post(self, target: Node, port: str, path: str, value: object) -> Answer:
        """A POST of JSON, whatever its status."""
        body = json.dumps(value).encode()
        request = http_request(target.name, path, body, authorization=self._login(target))
        return await self._http.use(
            _place(target, port), lambda connection: connection.exchange(request)
        )

    async def consensus(self, target: Node, path: str, value: object) -> Answer:
        """A POST of JSON to a member of the consensus store, whatever its status."""
        request = http_request(target.name, path, json.dumps(value).encode())
        return await self._https.use(
            _place(target, "client"), lambda connection: connection.exchange(request)
        )

    async def manage(self, target: Node, path: str) -> Answer:
        """A GET of RabbitMQ's management API on one node, whatever its status."""
        login = _basic(self._environ["QUEUE_PASSWORD"])
        return await self.get(target, "management", f"/api/{path}", authorization=login)

    async def sql(self, target: Node, query: str) -> list[Mapping[str, Any]]:
        """The rows of a query on one PostgreSQL node, as the role ``observer``."""
        place = (target.tier, *_place(target, "postgres"))
        return await self._sql.use(place, lambda connection: connection.exchange(query))

    async def mongo(
        self, target: Node, database: str, command: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The reply of one node of the document store, as the user ``observer``."""
        place = _place(target, _MONGO_PORT)
        return await self._mongo.use(
            place, lambda connection: connection.command(database, command)
        )

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

    @cached_property
    def _certificate(self) -> ssl.SSLContext:
        return shown(self._environ["CONSENSUS_PEM"])

    def _login(self, target: Node) -> str | None:
        """Elasticsearch asks for one, its stand-in has no users; so does HAProxy's statistics."""
        password = self._environ.get(_PASSWORDS.get(target.tier, ""))
        return None if password is None else _basic(password)

    async def _connect(self, place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name, port = place
        return await asyncio.open_connection(await self._names.address(name), port)

    async def _open_http(self, place: Place) -> Http:
        return Http(*await self._connect(place))

    async def _open_https(self, place: Place) -> Http:
        name, port = place
        address = await self._names.address(name)
        return Http(
            *await asyncio.open_connection(
                address, port, ssl=self._certificate, server_hostname=name
            )
        )

    async def _open_resp(self, place: Place) -> Resp:
        connection = Resp(*await self._connect(place))
        try:
            await connection.exchange((("AUTH", self._environ["CACHE_PASSWORD"]),))
        except BaseException:
            connection.close()
            raise
        return connection

    async def _open_mongo(self, place: Place) -> Wire:
        name, port = place
        password = self._environ["DOCUMENTS_PASSWORD"]
        return await Wire.connect(await self._names.address(name), port, "observer", password)

    async def _open_sql(self, place: tuple[str, str, int]) -> Sql:
        tier, name, port = place
        return Sql(
            await asyncpg.connect(
                host=await self._names.address(name),
                port=port,
                user="observer",
                password=self._environ[f"{tier.upper()}_PASSWORD"],
                database=_DATABASES[tier],
                ssl=False,
                server_settings={"application_name": "sdctl-observer"},
            )
        )


def _basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'observer:{password}'.encode()).decode()}"


def _place(target: Node, port: str) -> Place:
    return target.name, target.ports[port]
