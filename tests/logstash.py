"""Reads Logstash's pipeline language, as far as it is used here: sections of plugins with options,
no conditions. Anything else is an error with its place."""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(r"""\s+|\#[^\n]*|(?P<token>=>|[{}\[\],]|"(?:\\.|[^"\\])*"|[\w.-]+)""")
Plugin = tuple[str, str, dict[str, Any]]


def plugins(text: str) -> list[Plugin]:
    """Every plugin: its section, name, and options by name. Raises ``ValueError``."""
    tokens = _tokens(text)
    found: list[Plugin] = []
    while tokens:
        section = tokens.pop(0)
        if section not in ("input", "filter", "output"):
            raise ValueError(f"{section!r} is no section")
        _take(tokens, "{")
        while tokens[0] != "}":
            found.append((section, tokens.pop(0), _hash(tokens)))
        _take(tokens, "}")
    return found


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot be read from {text[place : place + 40]!r} on")
        if match["token"]:
            found.append(match["token"])
        place = match.end()
    return found


def _take(tokens: list[str], wanted: str) -> None:
    if not tokens or tokens[0] != wanted:
        raise ValueError(f"{wanted!r} expected, not {' '.join(tokens[:5])!r}")
    tokens.pop(0)


def _hash(tokens: list[str]) -> dict[str, Any]:
    _take(tokens, "{")
    found: dict[str, Any] = {}
    while tokens[0] != "}":
        name = _plain(tokens.pop(0))
        _take(tokens, "=>")
        if name in found:
            raise ValueError(f"{name} is given twice")
        found[name] = _value(tokens)
    _take(tokens, "}")
    return found


def _value(tokens: list[str]) -> Any:
    if tokens[0] == "{":
        return _hash(tokens)
    if tokens[0] == "[":
        return _array(tokens)
    word = tokens.pop(0)
    if tokens[0] == "{":  # a codec with options
        return {word: _hash(tokens)}
    return _plain(word)


def _array(tokens: list[str]) -> list[Any]:
    _take(tokens, "[")
    found = []
    while tokens[0] != "]":
        found.append(_value(tokens))
        if tokens[0] != "]":
            _take(tokens, ",")
    _take(tokens, "]")
    return found


def _plain(word: str) -> str:
    if word in ("=>", "{", "}", "[", "]", ","):
        raise ValueError(f"a name or a value expected, not {word!r}")
    return word[1:-1] if word.startswith('"') else word
