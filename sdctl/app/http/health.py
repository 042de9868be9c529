"""Health: whether this process can serve, and how its dependencies are.

Read from what the watchers know already, so asking costs nothing. A replica that comes is ready
when it can do all that is sent to it: it knows the leader and the schema is there. From then on a
stack without a leader still serves reads, so that does not make it unready; a database where no
node can be read does. Cache, queue and document store are only reported: orders do without them
for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sdctl.app.queue.broker import Broker
from sdctl.app.stores.cache import Cache
from sdctl.app.stores.database import Database

if TYPE_CHECKING:
    # a worker has no document store, and its driver is 5 MiB
    from sdctl.app.stores.documents import Documents

PATIENCE_S = 30.0
"""So long a process that comes waits for a leader: longer than a failover takes. Then there may be
none for long, and reads alone are better than nothing."""


class Readiness:
    """The state of this process."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        broker: Broker,
        documents: Documents | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._cache = cache
        self._broker = broker
        self._documents = documents
        self._now = now
        self._patient_until = now() + PATIENCE_S
        self._joined = False
        self.draining = False

    def read(self) -> tuple[bool, dict[str, str]]:
        """Ready or not, and each dependency as `ok` or what is wrong."""
        dependencies = {
            "database": self._database.summary(),
            "cache": self._cache.summary(),
            "queue": self._broker.summary(),
        }
        if self._documents is not None:
            dependencies["documents"] = self._documents.summary()
        return self._serves() and not self.draining, dependencies

    def _serves(self) -> bool:
        if not self._database.readable():
            return False
        if self._database.leader is not None or self._now() >= self._patient_until:
            self._joined = True
        return self._joined
