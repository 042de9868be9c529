from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from sdctl.bringup import ports
from sdctl.bringup.doctor import machine


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_must_be_told_with_its_holder_and_a_free_one(taken: int) -> None:
    found = machine.read(None, [taken], [], "127.0.0.1")
    assert f"pid {os.getpid()}" in found.holders[taken]
    assert ports.is_free("127.0.0.1", found.free_port[taken])


def test_a_port_held_by_the_stack_itself_must_be_fine(taken: int) -> None:
    assert machine.read(None, [taken], [taken], "127.0.0.1").holders == {}
