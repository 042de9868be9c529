"""docs/words.md, from the explanations themselves; a test holds the two together."""

from __future__ import annotations

import re

from sdctl.guide.meaning import Meaning
from sdctl.guide.meanings import SETTINGS, meanings

_HEAD = """# Words

This page is for people who met a word of `sdctl` and want to know what it means. `sdctl explain
WORD` says the same, with the figures that were measured. Every setting has its line in
[settings.md](settings.md). [measuring.md](measuring.md) says how each figure is made.
"""


def page() -> str:
    """The whole page: a list of its sections, and one for each place where words are shown."""
    sections: dict[str, list[str]] = {}
    for meaning in meanings():
        if meaning.where != SETTINGS:
            title = f"{meaning.where[0].upper()}{meaning.where[1:]}"
            sections.setdefault(title, []).append(_entry(meaning))
    listed = [f"- [{title}](#{_anchor(title)})" for title in sections]
    parts = [_HEAD, *listed]
    for title, entries in sections.items():
        parts += [f"\n## {title}\n", *entries]
    return "\n".join(parts) + "\n"


def _anchor(title: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _entry(meaning: Meaning) -> str:
    also = f" (also `{'`, `'.join(meaning.also)}`)" if meaning.also else ""
    return f"- **{meaning.word}**{also}: {meaning.text}"
