"""Sentences in lines: they end between words, and never within a command or a parenthesis, between
a number and its unit, or behind a sign of arithmetic."""

from __future__ import annotations

import re

_GLUE = r"(?<=\d) (?=(?:%|ms|[smhd]|[kmg]?b|[a-z]+/s)(?!\w))|(?<=[×→=]) |(?<= [+−]) "
"""A space at which no line ends: before a unit, and behind what combines two numbers."""
_WORDS = re.compile(rf"(?:\S|{_GLUE})+")
_PIECES = re.compile(rf"(?:`[^`\n]*`|\([^()\n]*\)|[^\s`(]|[`(]|{_GLUE})+")
"""What stays together: a word, a command between backticks, what stands in parentheses; each with
what touches it, such as a comma."""


def wrapped(text: str, width: int, *, indent: int = 0) -> list[str]:
    """Lines of at most ``width`` characters; those after the first begin with ``indent`` spaces.
    What is longer than a whole line is broken between its words, and a longer word where it must.
    Columns stay: the spaces between two words of a line are those of the text.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if len(paragraph) <= width:
            lines.append(paragraph)
            continue
        lead = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))]
        line, empty = lead, True
        for gap, piece in _fitting(paragraph, max(width - len(lead) - indent, 1)):
            if not empty and len(line) + len(gap) + len(piece) > width:
                lines.append(line)
                line, empty = " " * (len(lead) + indent), True
            line += piece if empty else f"{gap}{piece}"
            empty = False
        lines.append(line)
    return lines


def _fitting(text: str, room: int) -> list[tuple[str, str]]:
    """What stays together, each with the spaces before it."""
    found: list[tuple[str, str]] = []
    at = 0
    for match in _PIECES.finditer(text):
        gap, at = text[at : match.start()] or " ", match.end()
        piece = match.group()
        words = [piece] if len(piece) <= room else _WORDS.findall(piece)
        for word in words:
            parts = [word[start : start + room] for start in range(0, len(word), room)]
            found += [(gap, part) for part in parts]
            gap = " "
    return found


_CLAUSE = re.compile(r"[;:](?= )")


def first_clauses(text: str, most: int) -> str:
    """As many whole clauses of a text as have room in ``most`` characters; none may have."""
    if len(text) <= most:
        return text
    ends = (match.start() for match in _CLAUSE.finditer(text, 1, most + 1))
    whole = [end for end in ends if text[:end].count("(") == text[:end].count(")")]
    return text[: whole[-1]] if whole else ""


def shortened(text: str, most: int) -> str:
    """At most ``most`` characters of a text. One that goes on ends with ``…``, before what would be
    cut: a word, or a parenthesis."""
    if len(text) <= most:
        return text
    begin = text[: most - 1]
    if not text[len(begin)].isspace():
        begin = begin[: begin.rfind(" ") + 1] or begin
    if begin.rfind("(") > begin.rfind(")"):
        begin = begin[: begin.rfind("(")] or begin
    return f"{begin.rstrip(' ,;:')}…"
