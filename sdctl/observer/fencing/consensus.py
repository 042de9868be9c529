"""The consensus store, asked over HTTP: one member after the other, until one answers."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

PORT = 2379
_PATIENCE_S = 1.0


class Unavailable(Exception):
    """No member answered, or what one answered is a refusal."""


class Consensus:
    """A connection that is kept to whichever member answered last."""

    def __init__(self, hosts: Sequence[str], context: ssl.SSLContext) -> None:
        self._hosts = list(hosts)
        self._context = context
        self._open: http.client.HTTPSConnection | None = None

    def ask(self, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a POST. Raises ``Unavailable``."""
        failure = "it has no member"
        for _ in self._hosts:
            try:
                return self._exchange(path, value)
            except (OSError, http.client.HTTPException, ValueError) as error:
                failure = f"{self._hosts[0]}: {error}"
                self._close()
                self._hosts.append(self._hosts.pop(0))
        raise Unavailable(failure)

    def _exchange(self, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._open is None:
            self._open = http.client.HTTPSConnection(
                self._hosts[0], PORT, timeout=_PATIENCE_S, context=self._context
            )
        self._open.request("POST", path, json.dumps(value))
        answer = self._open.getresponse()
        said = json.loads(answer.read())
        if answer.status != 200:
            raise Unavailable(f"{self._hosts[0]}: {said.get('error', answer.status)}")
        found: Mapping[str, Any] = said
        return found

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
