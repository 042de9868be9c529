"""The contract: what a check of the instrument is. Each file beside this one defines one ``CHECK``.

A check exercises one of sdctl's checkers, the real one, on systems whose right answer is known in
advance: deliberately broken ones, which it must catch, and a sound one, which it must pass.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sdctl import registry

if TYPE_CHECKING:
    from sdctl.selftest.bench import Bench


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


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One system to be judged. ``prove`` runs it and raises ``Invalid`` on a busy machine."""

    name: str
    prove: Callable[[Bench], Finding]
    sound: bool = False
    """Nothing is wrong with it: the checker must stay silent."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Raises ``ValueError`` unless there is a broken and a sound variant: a checker that always
    complains is worth as little as one that never does."""

    name: str
    checker: str
    """Where the checker is: ``sdctl.ledger.check``."""
    variants: tuple[Variant, ...]
    live: bool = False
    """Needs a running stack."""
    timed: bool = False
    """What it finds depends on when things happen, so a busy machine makes it wrong."""

    def __post_init__(self) -> None:
        if {each.sound for each in self.variants} != {True, False}:
            raise ValueError(f"the check {self.name} needs a broken and a sound variant")


def exactly(what: str, expected: Collection[str], got: Collection[str]) -> Finding:
    """The same keys, neither fewer nor more nor others."""
    ok = sorted(expected) == sorted(got)
    other = "" if ok or len(expected) != len(got) else ", but others"
    return Finding(expected=f"{len(expected)} {what}", got=f"{len(got)} {what}{other}", ok=ok)


def all_checks() -> tuple[Check, ...]:
    """Every check: those without a stack first, each part by name."""
    found = registry.discover("sdctl.selftest.checks", "CHECK", contract="check")
    return tuple(sorted(found.values(), key=lambda each: (each.live, each.name)))
