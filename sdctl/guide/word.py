"""A word of the glossary, and the contract of its files: each defines one ``GLOSSARY``."""

from __future__ import annotations

from dataclasses import dataclass

from sdctl.foundation import plugins


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that no component, fault or setting owns."""

    name: str
    """As it is shown."""
    text: str
    """What it means, in at most three plain sentences."""
    also: tuple[str, ...] = ()
    """Other names of the same thing, such as the one in the JSON."""
    measured: tuple[str, ...] = ()
    """Words of the figures of docs/measured.md that belong to it, see ``measured.py``."""


@dataclass(frozen=True, kw_only=True)
class Glossary:
    """The words of one thing that people read, such as the card of a verdict."""

    where: str
    """What that is, as a heading."""
    words: tuple[Word, ...]


def glossaries() -> dict[str, Glossary]:
    """Every glossary by the name of its file."""
    return plugins.discover("sdctl.guide.glossary", "GLOSSARY", fits=_fits)


def _fits(value: object) -> None:
    if not isinstance(value, Glossary):
        raise TypeError("its GLOSSARY is no Glossary (sdctl/guide/word.py)")
