"""The headers of an answer that say what the architecture did, each in a few words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

MEANINGS = {
    "X-Request-ID": "this request's name",
    "X-Served-By": "the replica that answered",
    "X-Cache": "hit: from the cache; miss: not there",
    "X-Read-From": "the node that was read",
    "Idempotent-Replayed": "this key was there: nothing new was done",
    "Location": "where to read it",
    "Link": "where the next page is",
    "RateLimit-Remaining": "how many more requests this key may send in this second",
    "Retry-After": "seconds to wait before you try again",
    "WWW-Authenticate": "the key belongs in the header X-API-Key",
}


WHO_WAS_READ = frozenset({"X-Cache", "X-Read-From"})


_SILENT = "this request's name; a read that goes well leaves no line in the logs"
_LOGGED: Mapping[bool | None, Mapping[str, str]] = {
    None: {},
    True: {"X-Request-ID": "this request's name in the logs"},
    False: {"X-Request-ID": _SILENT},
}


def told(
    headers: Mapping[str, str],
    only: Collection[str] = MEANINGS.keys(),
    *,
    logged: bool | None = None,
) -> list[tuple[str, str, str]]:
    """Name, value and meaning of those that are there; ``headers`` by names in lower case.
    ``logged``: whether such a request leaves a line in the logs; None: nothing is said of it."""
    meanings = {**MEANINGS, **_LOGGED[logged]}
    return [
        (name, headers[name.lower()], meaning)
        for name, meaning in meanings.items()
        if name.lower() in headers and name in only
    ]
