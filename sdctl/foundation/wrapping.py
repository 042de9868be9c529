"""Sentences in lines: they end between words, and never within a command or a parenthesis."""

from __future__ import annotations

import re

_PIECES = re.compile(r"(?:`[^`\n]*`|\([^()\n]*\)|[^\s`(]|[`(])+")
"""What stays together: a word, a command between backticks, what stands in parentheses; each with
what touches it, such as a comma."""


def wrapped(text: str, width: int, *, indent: int = 0) -> list[str]:
    """Lines of at most ``width`` characters; those after the first begin with ``indent`` spaces.
    What is longer than a whole line is broken between its words, and a longer word where it must.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if len(paragraph) <= width:
            lines.append(paragraph)
            continue
        lead = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))]
        line, empty = lead, True
        for piece in _fitting(paragraph, max(width - len(lead) - indent, 1)):
            if not empty and len(line) + 1 + len(piece) > width:
                lines.append(line)
                line, empty = " " * (len(lead) + indent), True
            line += piece if empty else f" {piece}"
            empty = False
        lines.append(line)
    return lines


def _fitting(text: str, room: int) -> list[str]:
    found: list[str] = []
    for piece in _PIECES.findall(text):
        words = [piece] if len(piece) <= room else piece.split()
        for word in words:
            found += [word[at : at + room] for at in range(0, len(word), room)]
    return found


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
