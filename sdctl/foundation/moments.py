"""A moment that a file or a message says, which somebody else may have written: it has a time zone,
and lies where a stack can have been."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_FIRST_YEAR, _LAST_YEAR = 2000, 2999
"""The sum of two of them is a moment too."""


def of_text(text: str) -> datetime:
    """The moment of an RFC 3339 text. Raises ``ValueError``."""
    return _possible(datetime.fromisoformat(text))


def of_seconds(seconds: float) -> datetime:
    """The moment of Unix seconds, UTC. Raises ``ValueError``."""
    try:
        return _possible(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError) as error:  # more than the machine's clock can say
        raise ValueError(str(error)) from None


def to_monotonic() -> float:
    """What makes of Unix seconds the same moment of this process's ``time.monotonic()``."""
    return time.monotonic() - time.time()


def _possible(moment: datetime) -> datetime:
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"{moment.isoformat()} is no moment of a stack")
    return moment
