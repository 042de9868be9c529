"""One look at all nodes at once, each with a hard deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sdctl.observer.inventory import Inventory
from sdctl.observer.probes.probe import Target
from sdctl.observer.reach import Reach, silent, why
from sdctl.snapshot import Health, Reading, Table

DEADLINE_S = 0.8
FRESH_S = 0.25
"""A look this young is given again: several watchers cost no more than one."""


class Survey:
    """Asks by tier, concurrently; coalesces looks that come at the same time."""

    def __init__(self, inventory: Inventory, reach: Reach) -> None:
        self.inventory = inventory
        self._reach = reach
        self._latest: dict[str, tuple[float, list[Reading]]] = {}
        self._locks = {tier: asyncio.Lock() for tier in inventory.tiers}

    async def readings(self, tiers: Iterable[str]) -> dict[str, Any]:
        """``{"at": ..., "readings": [...]}`` of the tiers, in their order."""
        found = await asyncio.gather(*(self._tier(tier) for tier in tiers))
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"at": at, "readings": [asdict(reading) for each in found for reading in each]}

    async def inspect(self, tier: str) -> list[Table]:
        """The tier's tables. An error becomes a table that says so."""
        targets = self.inventory.tiers[tier]
        probe = self.inventory.probe(targets)
        if probe.inspect is None:
            return [_as_table(await self._tier(tier))]
        try:
            return await asyncio.wait_for(probe.inspect(targets, self._reach), 3 * DEADLINE_S)
        except Exception as error:
            rows = ((tier, why(error)),)
            return [Table(title="not to be had now", columns=("tier", "why"), rows=rows)]

    async def _tier(self, tier: str) -> list[Reading]:
        async with self._locks[tier]:
            at, latest = self._latest.get(tier, (0.0, []))
            if time.monotonic() - at < FRESH_S:
                return latest
            latest = await self._ask(self.inventory.tiers[tier])
            self._latest[tier] = (time.monotonic(), latest)
            return latest

    async def _ask(self, targets: tuple[Target, ...]) -> list[Reading]:
        probe = self.inventory.probe(targets)
        try:
            return await asyncio.wait_for(probe.read(targets, self._reach), DEADLINE_S)
        except Exception as error:
            return [failed(target, error) for target in targets]


def failed(target: Target, error: BaseException) -> Reading:
    """The reading of a node that could not be asked."""
    health: Health = "unknown" if silent(error) else "failing"
    return Reading(name=target.name, health=health, reason=why(error))


def _as_table(readings: list[Reading]) -> Table:
    rows = tuple((each.name, each.health, each.reason) for each in readings)
    return Table(title="nodes", columns=("node", "health", "reason"), rows=rows)
