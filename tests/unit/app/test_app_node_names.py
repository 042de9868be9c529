"""A node is told by its name, not by its address."""

from __future__ import annotations

import asyncio

from sdctl.app.stores.node_names import NodeNames


def test_an_address_must_be_told_by_the_name_that_has_it() -> None:
    names = NodeNames(("localhost", "nobody.invalid"))
    assert names.of("127.0.0.1:6379") == "127.0.0.1:6379", "nobody was looked up"
    asyncio.run(names.learn())
    assert names.of("127.0.0.1:6379") == "localhost"
    assert names.of("192.0.2.7:6379") == "192.0.2.7:6379"
