"""What `sdctl down` says at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.target import Removed


def networks(removed: Removed) -> Iterator[str]:
    """A line for each that stays."""
    return (_stays(network, inside) for network, inside in removed.left.items())


def summary(stack: str, removed: Removed, kept: NoSuchTarget | None) -> str:
    """The last line. ``kept``: what every command says of the stack now; None: nothing is left."""
    count = f"{len(removed.names)} things removed"
    if kept is not None:
        return f"{f'{count}: ' if removed.names else ''}{kept.message}. {kept.hint}"
    return f"{stack} is down: {count}" if removed.names else f"nothing of {stack} was there"


def _stays(network: str, inside: Sequence[str]) -> str:
    if inside:
        return f"the network {network} stays: {', '.join(inside)} is in it"
    return (
        f"the network {network} stays: it is said to be in use, but nobody is in it. What runs the "
        "stack lost count. The next `sdctl up` takes the network over"
    )
