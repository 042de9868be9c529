"""Cache: Redis Cluster as a helper that may be absent. A failure is a miss, never an error."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from sdctl.app.config import Config
from sdctl.app.logs import Log
from sdctl.app.stores.cache_cluster import REFUSED, CacheCluster, NoAnswer

# Stands for a value that was just changed: followers may not have the new one yet.
# A follower that is read from is at most READ_MAX_LAG_S (1.5 s) plus one probe (0.5 s)
# behind, and a fill is sent at most FILL_WITHIN_S after its read and arrives within
# OPERATION_TIMEOUT_S, so it lives a bit longer than all of these together.
# Each write leaves one of its own (a random number follows), so that a value read from the
# leader replaces just the tombstone it was read after, never that of a later write.
TOMBSTONE = b"!"
TOMBSTONE_S = 3.0
FILL_WITHIN_S = 0.4
PENDING_LIMIT = 10_000
_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


def is_tombstone(value: bytes) -> bool:
    """Whether a cached value stands for one that was just changed."""
    return value.startswith(TOMBSTONE)


class Cache:
    """Get, fill, invalidate and lock by key. Never raises; keys are short ASCII texts."""

    def __init__(self, config: Config, log: Log) -> None:
        self.present = bool(config.cache_hosts)
        """Whether the stack has a cache tier at all."""
        self.cluster = CacheCluster(config, log)
        self._ttl_ms = int(config.cache_ttl_s * 1000)
        self._tombstone_ms = int((TOMBSTONE_S + max(0.0, config.read_max_lag_s - 1.5)) * 1000)
        self._pending: OrderedDict[str, None] = OrderedDict()

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        return self.cluster.summary() if self.present else "none in this stack"

    async def run(self) -> None:
        """Keep the topology right, and repeat invalidations that failed, until cancelled."""
        if not self.present:
            return
        try:
            while True:
                await self.cluster.mend()
                await self._flush_pending()
        finally:
            await self.cluster.close()

    async def get(self, key: str) -> bytes | None:
        """The value, a tombstone (see `is_tombstone`), or None (absent, or no answer)."""
        value = await self.cluster.ask(key, "GET", key)
        return value if isinstance(value, bytes) else None

    async def fill(self, key: str, value: bytes) -> bool:
        """Store a value read from the database, unless a newer write got there first."""
        return await self.cluster.ask(key, "SET", key, value, "NX", "PX", self._ttl_ms) is True

    async def replace(self, key: str, tombstone: bytes, value: bytes) -> bool:
        """Store a value that was read from the leader after ``tombstone`` was seen, unless a later
        write has left its own."""
        answer = await self.cluster.ask(
            key, "EVAL", _REPLACE, 1, key, tombstone, value, self._ttl_ms
        )
        return bool(answer == 1)

    async def invalidate(self, key: str) -> None:
        """After a commit: nobody may read or fill the old value. Repeated until it is done."""
        if self.present and not await self._bury(key):
            self._pending[key] = None
            while len(self._pending) > PENDING_LIMIT:
                self._pending.popitem(last=False)

    async def lock(self, key: str, ttl_s: float) -> bool | None:
        """Take a short lock: True taken, False somebody has it, None no answer."""
        answer = await self.cluster.ask(key, "SET", key, b"1", "NX", "PX", int(ttl_s * 1000))
        return None if isinstance(answer, NoAnswer) else answer is True

    async def unlock(self, key: str) -> None:
        await self.cluster.ask(key, "DEL", key)

    async def _bury(self, key: str) -> bool:
        tombstone = TOMBSTONE + secrets.token_hex(8).encode()
        answer = await self.cluster.ask(key, "SET", key, tombstone, "PX", self._tombstone_ms)
        if answer is REFUSED:
            # A full cache takes no tombstone, but it lets go of the old value.
            return not isinstance(await self.cluster.ask(key, "DEL", key), NoAnswer)
        return answer is True

    async def _flush_pending(self) -> None:
        for key in list(self._pending):
            self._pending.pop(key, None)
            await self.invalidate(key)
