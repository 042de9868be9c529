"""Plain YAML: mappings, lists and texts, each with its line. Nothing in it is guessed.

YAML takes ``no`` for false, ``1:30`` for 90, ``017`` for 15, ``2024-02-30`` for a broken date. Here
every value stays the text that was written, and the setting it is for says what it means. What
surprises is refused: keys twice, aliases, merges, tags, depth, size, several documents.
"""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sdctl.design import yaml_words
from sdctl.foundation.errors import WHOLE, Problem
from sdctl.foundation.units import shown

MAX_BYTES = 64 * 1024
"""A profile or a game day has two kilobytes."""
_MAX_DEPTH = 8
_NOTHING = ("", "~", "null")


@dataclass(frozen=True)
class Document:
    """What a text says: ``value`` of mappings, lists, texts and None, the line of each path
    (``app.replicas``, ``tiers.0``), and what was wrong."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, path: str) -> int:
        """The line of a path, or of the list whose item it would be; 0 if it is not here."""
        whole, _, item = path.rpartition(".")
        return self.lines.get(path) or (self.lines.get(whole, 0) if item.isdecimal() else 0)


def text_of(path: Path) -> str:
    """The text of a file. Raises ``OSError`` where it cannot be read, ``ValueError`` with what is
    wrong with it."""
    if not stat.S_ISREG(path.stat().st_mode):
        # a pipe, which may never end
        raise ValueError("this is no file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"too large: more than {MAX_BYTES // 1024} kb")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("not text in UTF-8; save it in this encoding") from None
    if "\0" in text:
        raise ValueError("not text: there is a NUL byte in it")
    return text


def read(text: str) -> Document:
    """Read one document; a text that is no YAML gives a document with that one problem."""
    reader = _Reader(text)
    try:
        value = reader.document()
    except _Refused as refused:
        reader.problems.append(refused.problem)
        value = None
    except yaml.MarkedYAMLError as error:
        reader.problems.append(Problem(WHOLE, *yaml_words.why(error)))
        value = None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML itself trips over characters and numbers that cannot be
        reader.problems.append(Problem(WHOLE, "not YAML: it has a character that is not allowed"))
        value = None
    return Document(value, reader.lines, tuple(reader.problems))


class _Refused(Exception):
    """Reading cannot go on."""

    def __init__(self, path: str, message: str, line: int) -> None:
        super().__init__(message)
        self.problem = Problem(path or WHOLE, message, line)


class _Reader:
    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._aliases: set[str] = set()

    def document(self) -> Any:
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self._value(event, "", 0)
        after = self._next()
        while isinstance(after, yaml.DocumentEndEvent):
            after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Refused("", "a file holds one document, and here begins another", _line(after))
        return value

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, event: Any, path: str, depth: int) -> Any:
        line = _line(event)
        self.lines.setdefault(path, line)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._aliases:
                self._problem(path, f"*{event.anchor} is an alias; write the value itself", line)
            self._aliases.add(str(event.anchor))
            return None
        if event.tag not in (None, "!"):
            self._problem(path, f"a tag ({shown(event.tag)}) means nothing here", line)
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event, path)
        if depth == _MAX_DEPTH:
            raise _Refused(path, f"brackets or levels in each other, more than {_MAX_DEPTH}", line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path, depth)
        return self._mapping(path, depth)

    def _text(self, event: yaml.ScalarEvent, path: str) -> str | None:
        if event.implicit[0] and event.value.lower() in _NOTHING:
            return None
        if any(c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs") for c in event.value):
            self._problem(path, "there is a control character in it", _line(event))
            return ""
        return str(event.value).strip()

    def _list(self, path: str, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._value(event, f"{path}.{len(values)}", depth + 1))
        return values

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key, line = self._key(event, path), _line(event)
            below = f"{path}.{key}" if path else key
            if key == "<<":
                self._problem(path, "a merge (<<) is not read; write the settings out", line)
            elif key in values:
                first = self.lines[below]
                self._problem(below, f"is there twice, first in line {first}", line)
            self.lines.setdefault(below, line)
            value = self._value(self._next(), below, depth + 1)
            if key != "<<":
                values.setdefault(key, value)
        return values

    def _key(self, event: Any, path: str) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused(path, "a name is expected here, such as app", _line(event))
        if len(event.value) > 100 or not event.value.isprintable():
            raise _Refused(path, f"{shown(event.value)} is no name of anything", _line(event))
        return str(event.value)

    def _problem(self, path: str, message: str, line: int) -> None:
        self.problems.append(Problem(path or WHOLE, message, line))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
