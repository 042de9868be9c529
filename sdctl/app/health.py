"""Health: whether this process can serve, and how its dependencies are.

Read from what the watchers know already, so asking costs nothing. A stack without a leader
still serves reads, so that does not make a replica unready; a database where no node can be
read does. Cache, queue and document store are only reported: orders do without them for a while.
"""

from __future__ import annotations

from sdctl.app.broker import Broker
from sdctl.app.cache import Cache
from sdctl.app.database import Database
from sdctl.app.documents import Documents


class Health:
    """The state of this process."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        broker: Broker,
        documents: Documents | None = None,
    ) -> None:
        self._database = database
        self._cache = cache
        self._broker = broker
        self._documents = documents
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
        return self._database.readable() and not self.draining, dependencies
