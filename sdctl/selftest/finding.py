"""What a variant's run came to, and when it says nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_TRIES = 3


class Invalid(Exception):
    """This machine was too busy for the figures to mean anything; the attempt is made again."""


class TooBusy(Exception):
    """It stayed so."""


def tried(attempt: Callable[[], T], say: Callable[[str], None]) -> T:
    """An attempt's result, of up to three. Raises ``TooBusy`` when each was ``Invalid``."""
    why = ""
    for _ in range(_TRIES):
        try:
            return attempt()
        except Invalid as invalid:
            why = str(invalid)
            say(f"this machine was too busy to tell ({why})")
    raise TooBusy(why)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the checker should have said, and what it said, in a few words each."""

    expected: str
    got: str
    ok: bool
    busy: bool = False
    """The machine was too busy to tell: neither right nor wrong."""


def exactly(what: str, expected: Collection[str], got: Collection[str]) -> Finding:
    """The same keys, neither fewer nor more nor others."""
    ok = sorted(expected) == sorted(got)
    other = "" if ok or len(expected) != len(got) else ", but others"
    return Finding(expected=f"{len(expected)} {what}", got=f"{len(got)} {what}{other}", ok=ok)
