"""One request by hand: what a user typed, as a request to the stack's own gateway. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sdctl.app.contract import ORDERS
from sdctl.foundation import own_command
from sdctl.foundation.errors import UsageError
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest


def path_of(given: str, gateway: str | None = None) -> str:
    """The path that is meant; the address of ``gateway`` may stand before it.

    Raises ``UsageError`` for another address: the key is for this stack alone.
    """
    if gateway is not None and given.startswith(f"{gateway}/"):
        return path_of(given.removeprefix(gateway))
    if "://" in given or given.startswith("//"):
        if gateway is None:
            return given  # whose it is, the stack must say
        host = urlsplit(given).netloc
        raise UsageError(
            f"{given} is not at this stack's gateway, {gateway}",
            hint="`sdctl curl` sends the key, so it asks this gateway and nobody else. "
            f"Give a path, such as {ORDERS}. For {host or 'others'} use plain curl.",
        )
    if not given:
        raise UsageError(
            "the path is missing: it stands behind the method", hint=f"`sdctl curl GET {ORDERS}/ID`"
        )
    if not given.startswith("/"):
        raise UsageError(
            f"a path begins with /, and {given!r} does not",
            hint=f"Did you mean /{given}? The gateway's page /docs lists the paths.",
        )
    if any(character < " " or character == "\x7f" for character in given):
        raise UsageError("a path has no control characters", hint="Nothing was sent.")
    return given


def method_of(given: str) -> str:
    """``GET`` for ``get``. Raises ``UsageError``."""
    if given.startswith("/") or "://" in given:
        raise UsageError(
            "the method is missing: it stands before the path", hint=f"`sdctl curl GET {given}`"
        )
    if not given.isalpha() or not given.isascii():
        raise UsageError(
            f"{given!r} is no method", hint="Methods are GET, POST, PUT, PATCH, DELETE …"
        )
    return given.upper()


def typed(words: Iterable[str]) -> str:
    """The words as a person types them for a shell."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """A word that holds a single quote is easier to read in double ones."""
    if "'" in word and not set(word) & set('"$`\\!'):
        return f'"{word}"'
    return shlex.quote(word)


def plain(url: str, headers: Mapping[str, str], request: HttpRequest) -> str:
    """The same request as a line for a shell, with plain curl. It would wait for the body of an
    answer to ``-X HEAD``, send a ``-d`` by POST, and leave a header out that ends with its colon.
    """
    plainly = request.method == "GET" and request.body is None
    method = [] if plainly else ["-X", request.method]
    words = ["curl", "-I"] if request.method == "HEAD" else ["curl", "-i", *method]
    words.append(f"{url}{request.path}")
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if request.body is not None:
        words += ["-d", request.body]
    return typed(words)


def own(request: HttpRequest, stack: str) -> str:
    """The same request as a line for a shell, with ``sdctl curl``."""
    words = ["curl", request.method, request.path]
    if not request.key:
        words.append("--no-key")
    for name, value in request.headers.items():
        words += ["--header", f"{name}: {value}"]
    if request.body is not None:
        words += ["--body", request.body]
    return own_command.typed(typed(words), stack)


def to_json(request: HttpRequest, url: str, answer: HttpAnswer) -> dict[str, Any]:
    """The value of ``sdctl curl --json``. A body that is JSON is in ``body``; other text is in
    ``text``."""
    value = answer.value
    return {
        "request": {"method": request.method, "url": f"{url}{request.path}"},
        "status": answer.status,
        "took_ms": answer.took_ms,
        "headers": dict(answer.headers),
        "body": value,
        "text": answer.text if value is None else None,
    }
