"""What a step of the tour does: commands that a user could type, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.foundation import own_command
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.guide import curl


@dataclass(frozen=True, kw_only=True)
class Curl:
    """``sdctl curl``, one or several times."""

    request: HttpRequest
    times: int = 1
    plainly: bool = False
    """Whether the line with plain curl is shown too, with the key in it."""

    def line(self, stack: str) -> str:
        """As a user types it."""
        return curl.own(self.request, stack)


@dataclass(frozen=True, kw_only=True)
class Inspect:
    """``sdctl inspect``."""

    tier: str
    titles: tuple[str, ...] = ()
    """The tables to look at; the command prints more."""

    def line(self, stack: str) -> str:
        """As a user types it."""
        return _line(stack, "inspect", self.tier)


@dataclass(frozen=True, kw_only=True)
class Logs:
    """``sdctl logs --request``."""

    request_id: str

    def line(self, stack: str) -> str:
        """As a user types it."""
        return _line(stack, "logs", "--request", self.request_id)


@dataclass(frozen=True, kw_only=True)
class Shell:
    """``sdctl shell`` with one command."""

    node: str
    command: str

    def line(self, stack: str) -> str:
        """As a user types it."""
        return _line(stack, "shell", self.node, "--", self.command)


@dataclass(frozen=True)
class Status:
    """``sdctl status``."""

    def line(self, stack: str) -> str:
        """As a user types it."""
        return _line(stack, "status")


Command = Curl | Inspect | Logs | Shell | Status


@dataclass(frozen=True, kw_only=True)
class Came:
    """What a command gave. Only what its kind of command gives is there."""

    answers: tuple[HttpAnswer, ...] = ()
    """Of ``Curl``: one each time."""
    tables: Sequence[Mapping[str, Any]] = ()
    """Of ``Inspect``: ``{"title", "rows": [{column: cell}]}``."""
    lines: Sequence[Mapping[str, Any]] = ()
    """Of ``Logs``: ``node``, ``tier``, ``message`` …"""
    text: str = ""
    """Of ``Shell``: what was printed."""
    states: Mapping[str, str] | None = None
    """Of ``Status``: the health of each node by name."""

    @property
    def answer(self) -> HttpAnswer:
        """The last answer."""
        return self.answers[-1]

    def rows(self, title: str) -> list[Mapping[str, Any]]:
        """The rows of a table; none where it is not there."""
        return [row for table in self.tables if table["title"] == title for row in table["rows"]]


def _line(stack: str, *words: str) -> str:
    return own_command.typed(curl.typed(words), stack)
