from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

import pytest

from sdctl.bringup import ports
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError

Make = Callable[..., Topology]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_must_be_told_with_its_holder_and_a_free_one(
    topology_of: Make, taken: int
) -> None:
    with pytest.raises(UsageError) as caught:
        ports.check(topology_of("lite", f"gateway.port={taken}"), "127.0.0.1", own=[])
    [detail] = caught.value.details
    assert f"pid {os.getpid()}" in detail
    free = int(detail.rpartition("=")[2])
    assert ports.is_free("127.0.0.1", free)


def test_a_port_held_by_the_stack_itself_must_be_fine(topology_of: Make, taken: int) -> None:
    ports.check(topology_of("lite", f"gateway.port={taken}"), "127.0.0.1", own=[taken])
