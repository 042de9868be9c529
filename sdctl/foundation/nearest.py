"""Names that were probably meant: what is said of one that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_FEW = 7
"""So many names are all told; of more, those that are near."""
_SHORTEST, _LETTERS = 3, 4
"""A name of three letters may have one slip, a longer one a slip in every four letters. More is
another word."""
_BEGINNING = 2
"""So many letters may stand for the names that begin with them."""


def meant(given: object, known: Iterable[str]) -> str:
    """``; did you mean cache or queue?``, or ``; there is: …`` where there are few; else empty."""
    names = list(known)
    if near := near_to(given, names):
        return f"; did you mean {_either(near)}?"
    return f"; there is: {', '.join(names)}" if len(names) <= _FEW else ""


def guess(near: Sequence[str]) -> str:
    """The sentence that a hint begins with, and a space: ``Did you mean cache or queue? ``. Empty
    where nothing is near."""
    return f"Did you mean {_either(near)}? " if near else ""


def _either(near: Sequence[str]) -> str:
    *others, last = near
    return f"{', '.join(others)} or {last}" if others else last


def near_to(given: object, known: Iterable[str], most: int = 2) -> list[str]:
    """Those of which ``given`` is a slip of the keys, or that sound like it, the nearest first,
    ``most`` of them at the most. If there are none, those that it begins, unless they are more."""
    if not isinstance(given, str) or len(given) < _BEGINNING:
        return []
    wanted, names = given.casefold(), list(dict.fromkeys(known))
    if slips := _slips_of(wanted, names):
        return slips[:most]
    begun = [name for name in names if name.casefold().startswith(wanted)]
    return begun if len(begun) <= most else []


def _slips_of(wanted: str, known: Iterable[str]) -> list[str]:
    """Pure: the nearest first."""
    if len(wanted) < _SHORTEST:
        return []
    bound = max(len(wanted) // _LETTERS, 1)
    found = []
    for name in known:
        if _spoken(wanted) == _spoken(name.casefold()):
            found.append((0, name))
        elif abs(len(name) - len(wanted)) <= bound:
            count = _slips(wanted, name.casefold())
            if count <= bound:
                found.append((count, name))
    return [name for _, name in sorted(found, key=lambda one: one[0])]


def _spoken(word: str) -> str:
    """Without the letters that nobody hears: ``light`` is as ``lite``."""
    return re.sub(r"gh(?=t)|(?<=t)e$", "", word)


def _slips(word: str, other: str) -> int:
    """How many letters are left out, too many, another or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for number, letter in enumerate(word, start=1):
        row, before = [number], rows[-1]
        for place, wanted in enumerate(other, start=1):
            least = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != wanted))
            swapped = number > 1 < place and (letter, word[number - 2]) == (
                other[place - 2],
                wanted,
            )
            row.append(min(least, rows[-2][place - 2] + 1) if swapped else least)
        rows.append(row)
    return rows[-1][-1]
