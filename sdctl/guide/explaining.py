"""A word as somebody asks for it, and what it means wherever it is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from sdctl.design import overrides, validation
from sdctl.foundation.errors import InvalidProfile, NoSuchTarget
from sdctl.foundation.nearest import guess, near_to
from sdctl.guide.meaning import Meaning
from sdctl.guide.meanings import SETTINGS, meanings

_NEAREST = 5
_WHOLE = "standard"
"""A profile that has every tier."""


def groups() -> dict[str, list[str]]:
    """The words by where they are shown, each once."""
    found: dict[str, dict[str, None]] = {}
    for meaning in meanings():
        found.setdefault(meaning.where, {})[meaning.word] = None
    return {where: list(words) for where, words in found.items()}


def words() -> list[str]:
    """Every word that can be asked for, as it is shown."""
    return list(dict.fromkeys(meaning.word for meaning in meanings()))


def find(word: str) -> list[Meaning]:
    """What a word means, in every place where it is shown. Raises ``NoSuchTarget`` with the
    nearest words that there are."""
    wanted, everything = _key(word), meanings()
    # as it may be written: one or more of it; a setting's two words with a dot; with an article, or
    # without
    one_or_more = {wanted, wanted.removesuffix("s"), f"{wanted}s"}
    path = _key(overrides.path_of(wanted))
    plain = re.sub(r"^(?:an?|the) ", "", wanted)
    for written in (one_or_more, {path}, {plain}, {f"a {plain}"}):
        if exact := [meaning for meaning in everything if written & _keys(meaning)]:
            return _merged([*map(_tried, exact)])
    known = {key: meaning.word for meaning in everything for key in _keys(meaning)}
    near = [key for key in known if len(wanted) > 2 and wanted in key]
    near += near_to(wanted, known, _NEAREST)
    nearest = list(dict.fromkeys(known[key] for key in near))[:_NEAREST]
    raise NoSuchTarget(
        f"there is no word {word!r} to explain",
        hint=f"{guess(nearest)}`sdctl explain` lists all words.",
    )


def _tried(meaning: Meaning) -> Meaning:
    """A setting's with the first of its other values that goes with all other settings."""
    for value in meaning.others:
        change = f"{meaning.word}={value}"
        with suppress(InvalidProfile):
            validation.load(_WHOLE, [change])
            return replace(meaning, example=f"sdctl up --set {shlex.quote(change)}")
    return meaning


def _merged(found: list[Meaning]) -> list[Meaning]:
    """Settings of several tiers that say the same, such as ``expose``, are one."""
    alike: dict[tuple[str, ...], list[Meaning]] = {}
    for meaning in found:
        of = meaning.word if meaning.where != SETTINGS else ""
        key = (of, meaning.where, meaning.text, *meaning.facts.values())
        alike.setdefault(key, []).append(meaning)
    return [_one(group) for group in alike.values()]


def _one(group: list[Meaning]) -> Meaning:
    first, *others = group
    if not others:
        return first
    tiers = ", ".join(meaning.word.partition(".")[0] for meaning in group)
    example = next((meaning.example for meaning in group if meaning.example), "")
    facts = {"of": tiers, **first.facts}
    return replace(first, word=first.also[0], facts=facts, example=example)


def _keys(meaning: Meaning) -> set[str]:
    return set(map(_key, (meaning.word, *meaning.also)))


def _key(word: str) -> str:
    """However it is written: ``Lag_bytes`` as ``lag bytes``."""
    return re.sub(r"[\s_-]+", " ", word.strip(" :'\"`").casefold())


def sentences(text: str) -> int:
    """How many there are."""
    return len(re.findall(r"[.?!](?:\s|$)", text))


def missing(labels: Iterable[str], among: Iterable[Meaning] | None = None) -> list[str]:
    """Those that no meaning explains; ``among``: none of these."""
    known = {key for one in (meanings() if among is None else among) for key in _keys(one)}
    return [name for name in labels if _key(name) not in known]
