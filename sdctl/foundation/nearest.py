"""Names that were probably meant: what is said of one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_FEW = 7
"""So many names are all told; of more, those that are near."""
_NEAR = 0.6
"""As ``difflib`` counts: from 0, nothing in common, to 1, the same."""


def meant(given: object, known: Iterable[str]) -> str:
    """``; did you mean cache or queue?``, or ``; there is: …`` where there are few; else empty."""
    names = list(known)
    if near := near_to(given, names):
        return f"; did you mean {' or '.join(near)}?"
    return f"; there is: {', '.join(names)}" if len(names) <= _FEW else ""


def near_to(given: object, known: Iterable[str]) -> list[str]:
    """Two of them at the most, the nearest first."""
    names = [name for name in known if isinstance(given, str)]
    return difflib.get_close_matches(str(given), names, n=2, cutoff=_NEAR)
