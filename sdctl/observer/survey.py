"""Survey: one look at all nodes at once, each with a hard deadline.

``readings`` is the only way to the nodes' state. A later stream of events would be one more caller
of it, in a loop, that sends what has changed between two looks.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sdctl.observer import log_search, metric_query
from sdctl.observer.connections import Connections
from sdctl.observer.failures import DEADLINE_S, failed, why
from sdctl.observer.held import Held
from sdctl.observer.inventory import Inventory
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Reading, Table

FRESH_S = 0.2
"""A look this young is given again: several watchers cost no more than one."""
GUARD_S = DEADLINE_S + 0.1
"""For a probe that does not keep the nodes' deadline itself."""
_INSPECT_S = 2.0
_READ_BACK_S = 20.0
"""For a whole run's keys: some hundred thousand."""


@dataclass(frozen=True)
class Look:
    """What was seen, and when the asking began."""

    at: datetime
    readings: list[Reading]


class Survey:
    """Asks by tier. Looks that come at the same time are one look."""

    def __init__(self, inventory: Callable[[], Inventory], connections: Connections) -> None:
        self._inventory = inventory
        self._connections = connections
        self._looks: dict[str, tuple[float, asyncio.Task[Look]]] = {}

    @property
    def inventory(self) -> Inventory:
        """Whom there is to ask now: nodes come and go while it runs."""
        return self._inventory()

    async def readings(self, tiers: Iterable[str]) -> Look:
        """A reading of every node of these tiers, in their order."""
        looks = await asyncio.gather(*(self._shared(tier) for tier in tiers))
        return Look(
            min((look.at for look in looks), default=datetime.now(UTC)),
            [reading for look in looks for reading in look.readings],
        )

    async def inspect(self, tier: str) -> list[Table]:
        """The tier's live inside; that it cannot be had is a table too."""
        parts = self.inventory.probed(tier)
        if all(probe.inspect is None for probe, _ in parts):
            return [_as_table((await self._shared(tier)).readings)]
        try:
            async with asyncio.timeout(_INSPECT_S):
                return [
                    table
                    for probe, targets in parts
                    if probe.inspect is not None
                    for table in await probe.inspect(
                        (*targets, *self._nodes(probe.users)), self._connections
                    )
                ]
        except Exception as error:
            if (reason := why(error)) is None:
                raise
            rows = ((tier, reason),)
            return [Table(title="cannot be read now", columns=("tier", "why"), rows=rows)]

    async def figures(self, name: str) -> Mapping[str, float] | None:
        """What Prometheus gets of a node without an endpoint of its own; None for a node that is
        not there or has one. Raises what kept the node from answering."""
        target = self.inventory.find(name)
        figures = self.inventory.probe_of(target.component).figures if target else None
        if target is None or figures is None:
            return None
        async with asyncio.timeout(_INSPECT_S):
            return await figures(target, self._connections)

    async def log(self, question: log_search.Question) -> dict[str, Any]:
        """Log lines from the search tier. Raises ``log_search.BadQuestion``, and what kept the
        search tier from answering."""
        tiers = self.inventory.tiers
        # any node answers for all of them
        *others, last = tiers["search"]
        async with asyncio.timeout(_INSPECT_S):
            for target in others:
                with contextlib.suppress(OSError, EOFError, BadAnswer, TimeoutError):
                    async with asyncio.timeout(_INSPECT_S / len(tiers["search"])):
                        return await log_search.ask(
                            target, self._connections, question, list(tiers)
                        )
            return await log_search.ask(last, self._connections, question, list(tiers))

    async def query(self, expression: str) -> dict[str, Any]:
        """What the metrics tier answers. Raises ``log_search.BadQuestion``, and what kept it from
        answering."""
        async with asyncio.timeout(_INSPECT_S):
            target = self.inventory.tiers["metrics"][0]
            return await metric_query.ask(target, self._connections, expression)

    async def holdings(self, run: str, node: str) -> Held | None:
        """What a node holds of a run's writes; None for one that keeps none."""
        target = self.inventory.find(node)
        holds = self.inventory.probe_of(target.component).holds if target else None
        if target is None or holds is None:
            return None
        async with asyncio.timeout(_READ_BACK_S):
            return await holds(target, self._connections, run)

    def _nodes(self, tiers: Iterable[str]) -> Iterator[Node]:
        return (target for tier in tiers for target in self.inventory.tiers.get(tier, ()))

    async def _shared(self, tier: str) -> Look:
        began, task = self._looks.get(tier, (0.0, None))
        now = time.monotonic()
        if task is None or (task.done() and now - began > FRESH_S):
            task = asyncio.create_task(self._look(tier))
            self._looks[tier] = (now, task)
        # who gives up waiting does not end the look of the others
        return await asyncio.shield(task)

    async def _look(self, tier: str) -> Look:
        at = datetime.now(UTC)
        parts = [self._read(probe, targets) for probe, targets in self.inventory.probed(tier)]
        return Look(at, [reading for part in await asyncio.gather(*parts) for reading in part])

    async def _read(self, probe: Probe, targets: tuple[Node, ...]) -> list[Reading]:
        try:
            async with asyncio.timeout(GUARD_S):
                return await probe.read(targets, self._connections)
        except Exception as error:
            return [failed(target, error) for target in targets]


def _as_table(readings: list[Reading]) -> Table:
    rows = tuple((reading.name, reading.health, reading.reason) for reading in readings)
    return Table(title="nodes", columns=("node", "health", "reason"), rows=rows)
