"""For probes that ask each node for itself: one that fails does not spoil the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sdctl.observer.probes.probe import Target
from sdctl.observer.reach import TIMEOUT_S
from sdctl.observer.survey import failed
from sdctl.snapshot import Reading


async def read_each(
    targets: tuple[Target, ...], read: Callable[[Target], Awaitable[Reading]]
) -> list[Reading]:
    """A reading per node; an error or silence becomes a reading too."""

    async def one(target: Target) -> Reading:
        try:
            return await asyncio.wait_for(read(target), TIMEOUT_S)
        except Exception as error:
            return failed(target, error)

    return list(await asyncio.gather(*(one(target) for target in targets)))
