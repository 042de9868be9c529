"""MongoDB's wire protocol, for what runs inside the stack: one command after the other over TCP.

The driver that Debian packages looks names up and connects in ways that stop an event loop, for
seconds where a node is away. All that is needed is this: OP_MSG, and SCRAM-SHA-256. BSON itself is
the driver's own (``bson``). MongoDB and FerretDB are asked in the same words.

App and observer both import this file, so it needs nothing else of the package.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

_OP_MSG = 2013
_HEADER = struct.Struct("<iiiiIB")
"""Length, request, response to, operation, flags, kind of section."""
_LONGEST = 48 * 1024 * 1024
# as they came: the usual decoder turns {"$ref": …} into an object of its own
_RAW = CodecOptions(document_class=RawBSONDocument)


class ServerError(Exception):
    """The server refused a command. ``code`` is MongoDB's number for the reason."""

    def __init__(self, code: int, message: str, labels: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.labels = labels


class Wire:
    """A connection, logged in. After any error but ``ServerError`` it is of no further use."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._busy = False
        self._request = 0

    @classmethod
    async def connect(cls, host: str, port: int, user: str, password: str) -> Wire:
        """Connect and log in. Raises ``OSError``, or ``ServerError`` for a wrong login. An empty
        user stays anonymous."""
        wire = cls(*await asyncio.open_connection(host, port))
        try:
            if user:
                await _log_in(wire, user, password)
        except BaseException:
            wire.close()
            raise
        return wire

    @property
    def usable(self) -> bool:
        """Whether another command may follow."""
        return not (self._busy or self._reader.at_eof() or self._writer.is_closing())

    def close(self) -> None:
        """At once."""
        self._writer.close()

    async def command(self, database: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a command, as plain values. Raises ``ServerError`` for one that says no,
        ``ConnectionError`` where the connection breaks; ``ValueError`` (``bson.errors``) and
        ``OverflowError`` for what BSON cannot hold, and then nothing was sent."""
        document = bson.encode({**body, "$db": database})
        # whoever is cancelled from here on leaves an answer behind that is not the next one's
        self._busy = True
        self._request += 1
        length = _HEADER.size + len(document)
        self._writer.write(_HEADER.pack(length, self._request, 0, _OP_MSG, 0, 0) + document)
        try:
            await self._writer.drain()
            head = _HEADER.unpack(await self._reader.readexactly(_HEADER.size))
            if head[2] != self._request or head[3] != _OP_MSG or not 0 < head[0] <= _LONGEST:
                raise ConnectionResetError("not an answer to what was asked")
            raw = await self._reader.readexactly(head[0] - _HEADER.size)
        except asyncio.IncompleteReadError:
            raise ConnectionResetError("connection closed") from None
        self._busy = False
        reply: dict[str, Any] = plain(RawBSONDocument(raw, _RAW))
        if reply.get("ok") != 1:
            raise ServerError(
                int(reply.get("code", 0)),
                str(reply.get("errmsg") or reply.get("codeName") or "no reason given"),
                tuple(reply.get("errorLabels") or ()),
            )
        return reply


def plain(value: Any) -> Any:
    """Dictionaries and lists of what was decoded raw."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


async def _log_in(wire: Wire, user: str, password: str) -> None:
    """SCRAM-SHA-256, RFC 7677. Names and passwords here are plain ASCII."""
    nonce = b64encode(os.urandom(24)).decode()
    first = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={nonce}"
    reply = await wire.command(
        "admin",
        {
            "saslStart": 1,
            "mechanism": "SCRAM-SHA-256",
            "payload": f"n,,{first}".encode(),
            "options": {"skipEmptyExchange": True},
        },
    )
    challenge = bytes(reply["payload"]).decode()
    said = dict(part.split("=", 1) for part in challenge.split(","))
    if not said["r"].startswith(nonce):
        raise ServerError(18, "the server's answer is not to this login")
    client_key, stored_key, server_key = _keys(password, said["s"], int(said["i"]))
    final = f"c=biws,r={said['r']}"
    message = f"{first},{challenge},{final}".encode()
    signature = hmac.digest(stored_key, message, "sha256")
    proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    reply = await wire.command(
        "admin",
        {
            "saslContinue": 1,
            "conversationId": reply["conversationId"],
            "payload": f"{final},p={b64encode(proof).decode()}".encode(),
        },
    )
    expected = b"v=" + b64encode(hmac.digest(server_key, message, "sha256"))
    if not hmac.compare_digest(bytes(reply["payload"]), expected):
        raise ServerError(18, "the server does not know the password")
    if not reply.get("done"):
        again = {"saslContinue": 1, "conversationId": reply["conversationId"], "payload": b""}
        await wire.command("admin", again)


@lru_cache(maxsize=64)
def _keys(password: str, salt: str, rounds: int) -> tuple[bytes, bytes, bytes]:
    """Client key, stored key, server key: milliseconds of CPU, so they are kept."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(salt), rounds)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    return client_key, stored_key, hmac.digest(salted, b"Server Key", "sha256")
