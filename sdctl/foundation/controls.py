"""Characters that move a cursor, set a title or turn a line around: shown, never sent. Somebody
else's words may be in any text: a file's, a server's, a log's."""

from __future__ import annotations

_CODES = (
    *range(9), *range(11, 32), *range(127, 160),  # all but the tab and the line's end
    0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A),  # the way of writing
    *range(0xD800, 0xE000),  # bytes of a name that are no text
)  # fmt: skip
_ESCAPES = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _CODES}


def visible(text: str) -> str:
    """The same text, with escapes such as ``\\x1b`` for its control characters."""
    # most texts have none
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_ESCAPES)


def is_plain(text: str) -> bool:
    """Whether it is one line in which nothing has to be escaped."""
    return "\n" not in text and "\t" not in text and visible(text) == text
