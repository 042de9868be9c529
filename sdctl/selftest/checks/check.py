"""The contract: what a check of the instrument is. Each file beside this one defines one ``CHECK``.

A check exercises one of sdctl's checkers, the real one, on systems whose right answer is known in
advance: deliberately broken ones, which it must catch, and a sound one, which it must pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sdctl.foundation import plugins
from sdctl.foundation.errors import no_such
from sdctl.selftest.finding import Finding
from sdctl.selftest.workbench import Workbench


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One system to be judged. ``prove`` runs it and raises ``Invalid`` on a busy machine."""

    name: str
    prove: Callable[[Workbench], Finding]
    sound: bool = False
    """Nothing is wrong with it: the checker must stay silent."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Raises ``ValueError`` unless there is a broken and a sound variant: a checker that always
    complains is worth as little as one that never does."""

    name: str
    checker: str
    """Where the checker is: ``sdctl.judge.ledger.check``."""
    variants: tuple[Variant, ...]
    live: bool = False
    """Needs a running stack."""
    timed: bool = False
    """What it finds depends on when things happen, so a busy machine makes it wrong."""

    def __post_init__(self) -> None:
        if {variant.sound for variant in self.variants} != {True, False}:
            raise ValueError(f"the check {self.name} needs a broken and a sound variant")


def chosen(names: Sequence[str]) -> list[Check]:
    """Those with these names, or all. Raises ``NoSuchTarget``."""
    known = {check.name: check for check in all_checks()}
    for name in names:
        if name not in known:
            raise no_such("check", name, known)
    return [check for name, check in known.items() if not names or name in names]


def _name(_: str, check: Check) -> str:
    return check.name


def all_checks() -> tuple[Check, ...]:
    """Every check: those without a stack first, each part by name."""
    found = plugins.discover(
        "sdctl.selftest.checks", "CHECK", besides=("check",), fits=_fits, called=_name
    )
    return tuple(sorted(found.values(), key=lambda check: (check.live, check.name)))


def _fits(value: object) -> None:
    if not isinstance(value, Check):
        raise TypeError("its CHECK is no Check (sdctl/selftest/checks/check.py)")
