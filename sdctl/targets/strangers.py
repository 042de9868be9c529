"""What has a name of the stack's, and is not sdctl's: it is never touched."""

from __future__ import annotations

from collections.abc import Iterable

from sdctl.foundation.errors import UsageError


def refused(stack: str, names: Iterable[str]) -> UsageError:
    """The error that says what stands in the stack's way."""
    return UsageError(
        f"the name {stack!r} is used by something that sdctl did not make; nothing was touched",
        hint="Choose another name: --stack NAME.",
        details=sorted(names),
    )
