"""Log lines by what they say: from the search tier, or where that is off from the nodes' own logs.

A line is a mapping with ``at``, ``node``, ``tier``, ``level``, ``message`` and what else it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.foundation.nearest import meant
from sdctl.foundation.units import shown, utc
from sdctl.state.logs import lines as log_lines
from sdctl.state.logs import own_words
from sdctl.state.merging import settings_of
from sdctl.state.observation import Observer
from sdctl.targets.target import Instance, Target

Line = Mapping[str, Any]
_LATE_S = 15.0
"""Lines come in by batches of each node: a look while following goes back this far."""
_EVERY_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which lines: all that is set must hold."""

    search: str | None = None
    request: str | None = None
    where: str | None = None
    since_s: float | None = None
    limit: int = 1000

    def parameters(self, **more: str) -> str:
        """As the observer takes them."""
        since = _ago(self.since_s) if self.since_s else None
        search = None if self.search is None else _levels_meant(self.search)
        given = {"search": search, "request": self.request, "where": self.where,
                 "since": since, "limit": self.limit, **more}  # fmt: skip
        return urlencode({name: value for name, value in given.items() if value is not None})


def search(observer: Observer, wanted: Wanted) -> tuple[list[Line], int]:
    """The newest lines, as they happened, and how many there are in all.

    Raises ``UsageError`` for a query that cannot be read, ``ObserverAway``.
    """
    answer = observer.ask(f"/logs?{wanted.parameters()}")
    return answer["lines"], answer["total"]


def follow(observer: Observer, wanted: Wanted) -> Iterator[Line]:
    """New lines as they come in, each once, without an end."""
    seen: dict[str, None] = {}
    began = _ago(0)
    while True:
        arrived = max(began, _ago(_LATE_S))
        for line in observer.ask(f"/logs?{wanted.parameters(arrived=arrived)}")["lines"]:
            if line["id"] not in seen:
                seen[line["id"]] = None
                yield line
        for old in list(seen)[: -10 * wanted.limit]:
            del seen[old]
        waiting.until(lambda: False, bool, timeout_s=_EVERY_S, every_s=_EVERY_S)


def in_nodes(engine: Target, wanted: Wanted) -> tuple[list[Line], int]:
    """The nodes' own lines that hold every word of the query: what there is without a search tier.
    The newest, and how many there are in all. Within a millisecond they are in the order of the
    tiers, which is the way that a request takes."""
    nodes = engine.nodes()
    tiers = {node.node: node.tier for node in nodes}
    place = {tier: index for index, tier in enumerate(_tiers(nodes))}
    holds = _matcher(wanted)
    read = log_lines.read(engine, wanted.where, tail=None, follow=False, since_s=wanted.since_s)
    found: list[tuple[str, int, Line]] = []
    latest: dict[str, str] = {}
    for node, text in read:
        line = log_lines.parsed(node, tiers[node], text)
        # a line without a time goes with the node's line before it
        latest[node] = str(line["at"])[:23] or latest.get(node, "")
        if holds(text, line):
            found.append((latest[node], place.get(tiers[node], len(place)), line))
    found.sort(key=lambda line: line[:2])
    return [line for *_, line in found[-wanted.limit :]], len(found)


def without_tier(wanted: Wanted, how_to_have_it: str, *, follow: bool) -> str:
    """Pure: what is read in place of a search tier. Which lines may be missing is said at once only
    to who follows: others read it at the end, where nothing was found."""
    what = "this id" if wanted.request else "these words"
    said = f"This stack has no tier search. {how_to_have_it} So the nodes' own logs are read for"
    said = f"{said} {what}."
    return f"{said} Reads that went well leave no line there." if follow else said


def where_found(
    wanted: Wanted, found: Sequence[Line], looked_in: Iterable[str], silence: str = ""
) -> str:
    """Pure: which of the tiers have lines among those that were ``found``, which have none, and
    why. ``silence``: why there may be none at all."""
    tiers = dict.fromkeys(looked_in)
    having = dict.fromkeys(str(line["tier"]) for line in found)
    silent = ", ".join(tier for tier in tiers if tier not in having)
    why = "some tiers write a line only when something goes wrong"
    if wanted.request:
        why += "; no store is told a request's id"
    if not having:
        what = f"the request id {wanted.request}" if wanted.request else "these words"
        return f"no line has {what}. Looked in {silent}: {silence or why}"
    return f"lines of {', '.join(having)}" + (f"; none in {silent}: {why}" if silent else "")


def _tiers(instances: Sequence[Instance]) -> list[str]:
    """The stack's tiers in order; none where no observer can say it: their lines are there."""
    try:
        return list(settings_of(instances).get("tiers", ()))
    except NotReady:
        return []


def follow_nodes(engine: Target, wanted: Wanted) -> Iterator[Line]:
    """The same as they come, without an end; of what is there already only with ``since_s``."""
    tiers = {node.node: node.tier for node in engine.nodes()}
    holds = _matcher(wanted)
    tail = None if wanted.since_s else 0
    read = log_lines.read(engine, wanted.where, tail=tail, follow=True, since_s=wanted.since_s)
    for node, text in read:
        line = log_lines.parsed(node, tiers[node], text)
        if holds(text, line):
            yield line


def from_level(level: str, search: str | None) -> str:
    """Pure: the query for the lines of ``search`` that are of this level or a graver one. Raises
    ``ValueError`` for a word that is no level."""
    least, order = _meant(level), own_words.ORDER
    if least not in order or (least == "info" and level.lower() not in ("info", *_ALSO_INFO)):
        raise ValueError(f"{shown(level)} is no level{meant(level, order)}")
    levels = " OR ".join(f"level:{word}" for word in order[order.index(least) :])
    return f"({levels}) AND ({search})" if search else levels


def _levels_meant(query: str) -> str:
    """Pure: the query with the levels by the words that lines have here: ``level:warning`` is
    ``level:warn``."""
    return _LEVEL.sub(lambda found: f"level:{_meant(found[1])}", query)


_LEVEL = re.compile(r"\blevel:\"?(\w+)\"?(?![\w*?~])", re.IGNORECASE)
_PLACE = re.compile(r"\b(tier|node):\"?([\w-]+)\"?(?![\w*?~-])", re.IGNORECASE)
_ALSO_INFO = ("information", "notice")


def _meant(word: str) -> str:
    plain = word.lower()
    return own_words.LEVELS.get(plain, "info" if plain in _ALSO_INFO else plain)


def _matcher(wanted: Wanted) -> Callable[[str, Line], bool]:
    operators = {"AND", "OR", "NOT"}
    query = wanted.search or ""
    levels = {_meant(word) for word in _LEVEL.findall(query)}
    places = [(name.lower(), value.lower()) for name, value in _PLACE.findall(query)]
    rest = _PLACE.sub(" ", _LEVEL.sub(" ", query))
    words = [word for word in rest.split() if word not in operators]
    words = [word.rpartition(":")[2].strip('"*()').lower() for word in words]
    # an id is whole: it is no part of another word
    whole = re.compile(rf"(?<![\w-]){re.escape(wanted.request or '')}(?![\w-])", re.IGNORECASE)

    def _of_request(line: Line, text: str) -> bool:
        """A line that names its request is of no other, whatever numbers it has."""
        return whole.search(str(line.get("request_id") or text)) is not None

    return lambda text, line: (
        all(word in text.lower() for word in words)
        and (not levels or line["level"] in levels)
        and all(line[name] == value for name, value in places)
        and (not wanted.request or _of_request(line, text))
    )


def _ago(seconds: float) -> str:
    return utc(datetime.now(UTC) - timedelta(seconds=seconds))
