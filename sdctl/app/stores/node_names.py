"""Which node has an address: stores tell of one another by addresses, people know names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

RESOLVE_S = 1.0
"""A name of a node that does not run may take long to be refused."""


class NodeNames:
    """The names that were given, each with the address that it last had."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(hosts)
        self._of: dict[str, str] = {}

    async def learn(self) -> None:
        """Look all of them up. One that is not found, as its node does not run, keeps the address
        that it had."""
        found = await asyncio.gather(*map(_addresses, self._hosts))
        for host, addresses in zip(self._hosts, found, strict=True):
            for address in addresses:
                self._of[address] = host

    def of(self, place: str) -> str:
        """The name of the node at ``address:port``; that itself where nobody knows it."""
        return self._of.get(place.rpartition(":")[0], place)


async def _addresses(host: str) -> set[str]:
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, TimeoutError):
        return set()
    return {str(place[0]) for *_, place in found}
