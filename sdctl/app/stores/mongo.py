"""One server that speaks MongoDB's protocol, asked directly: MongoDB itself, and FerretDB.

PyMongo does it. Here stand what it is told, and what its errors mean: whether a command may have
been done. Who leads is for others to say, so the driver watches one server and chooses none.

App and observer both import this file, so it needs nothing else of the package.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient
from pymongo.errors import NotPrimaryError, OperationFailure, PyMongoError
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

PATIENCE_S = 5.0
"""For a server that does not answer. Longer than anyone here waits, so it is their deadlines that
tell silence from refusal."""
_ERRNO = re.compile(r"\[Errno (\d+)\]")
# as they came: the usual decoder turns {"$ref": …} into an object of its own
_RAW = CodecOptions(document_class=RawBSONDocument)


class ServerError(Exception):
    """The server refused a command. ``code`` is MongoDB's number for the reason."""

    def __init__(self, code: int, message: str, labels: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.labels = labels


class NotSentError(Exception):
    """No connection could be had, or no login: surely nothing was done."""


@dataclass
class _Asked:
    """A command, and whether it has left."""

    name: str
    sent: bool = False


_asked: ContextVar[_Asked | None] = ContextVar("asked", default=None)


class _Departures(CommandListener):
    """The driver says the same of a connection that breaks and of one that cannot be made."""

    def started(self, event: CommandStartedEvent) -> None:
        asked = _asked.get()
        if asked is not None and event.command_name == asked.name:
            asked.sent = True

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Its reply says so too."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Its error says so too."""


class MongoServer:
    """One server, with as many connections as are used at once."""

    _closing: set[asyncio.Task[None]] = set()  # noqa: RUF012 - a task that nobody holds is dropped

    def __init__(self, client: AsyncMongoClient[RawBSONDocument]) -> None:
        self._client = client
        self.usable = True
        """False once it is closed."""

    @classmethod
    async def connect(
        cls, host: str, port: int, user: str, password: str, *, connections: int = 1
    ) -> MongoServer:
        """A server that listens. Raises ``OSError``, in the system's own words, which the driver
        would give only after its patience is over."""
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
        login: dict[str, Any] = {}
        if user:
            login = {"username": user, "password": password, "authMechanism": "SCRAM-SHA-256"}
        return cls(
            AsyncMongoClient(
                host,
                port,
                directConnection=True,
                maxPoolSize=connections,
                serverMonitoringMode="poll",
                serverSelectionTimeoutMS=int(PATIENCE_S * 1000),
                connectTimeoutMS=int(PATIENCE_S * 1000),
                # whoever asks knows better whether once more is wanted, and of whom
                retryReads=False,
                retryWrites=False,
                event_listeners=[_Departures()],
                document_class=RawBSONDocument,
                **login,
            )
        )

    def close(self) -> None:
        """Without waiting for its farewell. A command that is under way goes on to its end."""
        self.usable = False
        task = asyncio.get_running_loop().create_task(self._client.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def command(self, database: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a command, as plain values. Raises ``ServerError`` for one that says no,
        ``ConnectionError`` where its end was not seen, ``NotSentError`` where surely nothing was
        done; ``ValueError`` (``bson.errors``) and ``OverflowError`` for what BSON cannot hold."""
        if not self.usable:
            raise NotSentError("its connections have been given up")
        asked = _Asked(next(iter(body)))
        before = _asked.set(asked)
        try:
            reply = await self._client[database].command(dict(body), codec_options=_RAW)
        except (OperationFailure, NotPrimaryError) as exc:
            details: Mapping[str, Any] = dict(exc.details or {})
            if not asked.sent:
                raise NotSentError(_words(exc)) from exc
            raise ServerError(
                int(details.get("code", 0)),
                str(details.get("errmsg") or details.get("codeName") or "no reason given"),
                tuple(details.get("errorLabels") or ()),
            ) from exc
        except PyMongoError as exc:
            if not asked.sent:
                raise NotSentError(_words(exc)) from exc
            raise ConnectionResetError(_words(exc)) from exc
        finally:
            _asked.reset(before)
        value: dict[str, Any] = plain(reply)
        return value


def plain(value: Any) -> Any:
    """Dictionaries and lists of what was decoded raw."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def _words(error: Exception) -> str:
    """The driver's text without its list of timeouts and servers; what the system says of a
    connection in its words alone, as of every other store."""
    if number := _ERRNO.search(str(error)):
        return os.strerror(int(number[1])).lower()
    return str(error).partition(" (configured timeouts")[0].partition(", full error")[0]
