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


class Unprivileged(socket.socket):
    """A socket of a user who may bind no low port."""

    def bind(self, address: object) -> None:
        raise PermissionError(13, "Permission denied")


def test_a_port_that_this_user_may_not_bind_must_be_taken_only_if_somebody_listens(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as 80: whoever runs the stack may bind it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, so nobody else gets it meanwhile; nobody listens
        monkeypatch.setattr(socket, "socket", Unprivileged)
        assert not ports.is_free("127.0.0.1", taken)
        assert ports.is_free("127.0.0.1", free.getsockname()[1])


def test_a_port_from_which_somebody_is_connected_must_be_told_as_that(taken: int) -> None:
    with socket.create_connection(("127.0.0.1", taken)) as client:
        own = client.getsockname()[1]
        found = machine.read(None, [own], [], "127.0.0.1")
    assert found.holders[own].startswith("a connection that ")
    assert f"pid {os.getpid()}" in found.holders[own]


def test_where_no_higher_port_is_free_a_lower_one_must_be_told() -> None:
    last = 65535
    assert ports.next_free("127.0.0.1", last + 1, {last}) < last
    assert ports.next_free("127.0.0.1", last, {last, 1024}) not in (last, 1024)
