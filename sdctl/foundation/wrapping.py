"""Sentences in lines: they end between words, and never within a command, between a number and its
unit, or behind a sign of arithmetic. A parenthesis stays whole where that leaves little room."""

from __future__ import annotations

import re

_GLUE = (
    r"(?<=\d) (?=(?:%|ms|min|[smhd]|[kmg]?b|B|[KMG]iB|rps|[a-z]+/s)(?!\w))|(?<=\d min) (?=\d+ s)"
    r"|(?<=[×→=±]) |(?<= [+−]) |(?<=^[+−]) "
)
"""A space at which no line ends: before a unit, and behind what combines two numbers."""
_WORDS = re.compile(rf"(?:\S|{_GLUE})+")
_COMMANDS = re.compile(rf"(?:`[^`\n]*`|\S|{_GLUE})+")
"""What always stays together: a word, a command between backticks; each with what touches it, such
as a comma."""
_PIECES = re.compile(rf"(?:`[^`\n]*`|\([^()\n]*\)|[^\s`(]|[`(]|{_GLUE})+")
"""The same, and what stands in parentheses."""
_EMPTY = 8
"""Of a line at most one in so many columns is left empty to keep a parenthesis whole."""


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
        begin = " " * (len(lead) + indent)
        line, empty, at = lead, True, 0
        for match in _PIECES.finditer(paragraph):
            gap, at = paragraph[at : match.start()] or " ", match.end()
            left = width - len(line) - (0 if empty else len(gap))
            for part in _parts(match.group(), left, max(width - len(begin), 1), width // _EMPTY):
                if not empty and len(line) + len(gap) + len(part) > width:
                    lines.append(line)
                    line, empty = begin, True
                line += part if empty else f"{gap}{part}"
                gap, empty = " ", False
        lines.append(line)
    return lines


def _parts(piece: str, left: int, room: int, spare: int) -> list[str]:
    """What stays together of a piece, where so much room is ``left`` on its line, and ``room`` on a
    whole one. ``spare``: so much may be left empty for it."""
    if len(piece) <= left or (len(piece) <= room and left <= spare):
        return [piece]
    found = list[str]()
    for command in _COMMANDS.findall(piece):
        words = [command] if len(command) <= room else _WORDS.findall(command)
        found += [word[at : at + room] for word in words for at in range(0, len(word), room)]
    return found


_CLAUSE = re.compile(r"[;:](?= )")
_LAST = re.compile(r"[;:] ")


def first_clauses(text: str, most: int) -> str:
    """As many whole clauses of a text as have room in ``most`` characters; none may have. A single
    word, such as the name before a colon, is no clause."""
    if len(text) <= most:
        return text
    begins = [text[: match.start()] for match in _CLAUSE.finditer(text, 1, most + 1)]
    whole = [
        begin for begin in begins
        if begin.count("(") == begin.count(")") and " " in _LAST.split(begin)[-1].strip()
    ]  # fmt: skip
    return whole[-1] if whole else ""


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
