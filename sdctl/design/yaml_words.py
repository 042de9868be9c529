"""Why a text is no YAML: from what the parser says to the words of people."""

from __future__ import annotations

import re

import yaml

_WORDS = (
    (r"'\\t'", "a tab cannot stand here; use spaces", False),
    ("flow sequence", "the list that begins here with [ has no ], or lacks a comma", True),
    ("flow mapping", "the bracket { that opens here has no }, or lacks a comma", True),
    ("unknown escape", r"\ in double quotes begins an escape; use single ones", False),
    ("quoted scalar", "the quote that opens here is not closed", True),
    ("mapping values are not allowed", "a colon too many, none in the line above, or a line "
     "indented too far: write one `name: value` a line, a text with a colon in quotes", False),
    ("expected ':'", "there is no colon after the name: write `name: value`", True),
    ("block (mapping|collection)", "this line is indented in another way than the one above it, or "
     "it is no `name: value`", False),
    ("cannot start any token", "a text cannot begin with this character; put it in quotes", False),
    ("block scalar", "the text that begins here with | or > is not indented", True),
    ("node content|parsing a node", "a value is expected here", False),
    ("alias|anchor", "& and * begin an alias here; put the text in quotes", False),
)  # fmt: skip
"""What the parser says → what is so, and whether that is where the thing began that it was in."""


def why(error: yaml.MarkedYAMLError) -> tuple[str, int]:
    """In the words of people, and the line."""
    said = f"{error.context or ''}: {error.problem or ''}"
    words, begun = next(
        ((words, begun) for pattern, words, begun in _WORDS if re.search(pattern, said)),
        ("the file cannot be read from here on", False),
    )
    mark = (begun and error.context_mark) or error.problem_mark or error.context_mark
    return f"not YAML: {words}", mark.line + 1 if mark else 0
