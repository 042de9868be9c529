"""docs/words.md, from the explanations themselves; a test holds the two together."""

from __future__ import annotations

from sdctl.guide.meanings import SETTINGS, Meaning, meanings

_HEAD = """# Words

This page is for people who met a word of `sdctl` and want to know what it means. `sdctl explain
WORD` says the same, with the figures that were measured. Every setting has its line in
[settings.md](settings.md). [measuring.md](measuring.md) says how each figure is made.
"""


def page() -> str:
    """The whole page, a section for each place where words are shown."""
    parts, where = [_HEAD], ""
    for meaning in meanings():
        if meaning.where == SETTINGS:
            continue
        if meaning.where != where:
            where = meaning.where
            parts.append(f"\n## {where[0].upper()}{where[1:]}\n")
        parts.append(_entry(meaning))
    return "\n".join(parts) + "\n"


def _entry(meaning: Meaning) -> str:
    also = f" (also `{'`, `'.join(meaning.also)}`)" if meaning.also else ""
    return f"- **{meaning.word}**{also}: {meaning.text}"
