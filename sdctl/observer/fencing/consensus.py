"""The consensus store, asked over HTTP: one member after the other, until one answers."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

PORT = 2379
USER = "fencing"
"""It may read and remove who leads a scope, and that scope's members: no other key."""
AUTHENTICATE = "/v3/auth/authenticate"
_PATIENCE_S = 1.0


class Unavailable(Exception):
    """No member answered, or what one answered is a refusal."""


class _TokenOver(Exception):
    """It was given a day ago."""


class Consensus:
    """A connection that is kept to whichever member answered last, as the user ``fencing``."""

    def __init__(self, hosts: Sequence[str], context: ssl.SSLContext, password: str) -> None:
        self._hosts = list(hosts)
        self._context = context
        self._login = {"name": USER, "password": password}
        self._open: http.client.HTTPSConnection | None = None
        self._token = ""

    def ask(self, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a POST. Raises ``Unavailable``."""
        failure = "it has no member"
        for _ in self._hosts:
            try:
                return self._as_user(path, value)
            except (OSError, http.client.HTTPException, ValueError) as error:
                failure = f"{self._hosts[0]}: {error}"
                self.close()
                self._hosts.append(self._hosts.pop(0))
        raise Unavailable(failure)

    def _as_user(self, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._token:
            try:
                return self._exchange(path, value)
            except _TokenOver:
                self._token = ""
        self._token = self._exchange(AUTHENTICATE, self._login)["token"]
        try:
            return self._exchange(path, value)
        except _TokenOver as error:
            raise Unavailable(f"{self._hosts[0]}: {error}") from error

    def _exchange(self, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._open is None:
            self._open = http.client.HTTPSConnection(
                self._hosts[0], PORT, timeout=_PATIENCE_S, context=self._context
            )
        headers = {"Authorization": self._token} if self._token else {}
        self._open.request("POST", path, json.dumps(value), headers)
        answer = self._open.getresponse()
        said = json.loads(answer.read())
        if answer.status == http.client.UNAUTHORIZED:
            raise _TokenOver(said.get("message", answer.status))
        if answer.status != http.client.OK:
            raise Unavailable(f"{self._hosts[0]}: {said.get('message', answer.status)}")
        found: Mapping[str, Any] = said
        return found

    def close(self) -> None:
        """Its connection; the next question opens another."""
        if self._open is not None:
            self._open.close()
            self._open = None
