"""A look beforehand must find who is surely absent, and nobody else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.design import needs
from sdctl.foundation.errors import VerdictFalse
from sdctl.foundation.own_processors import processors
from sdctl.load import address
from sdctl.load.listening import absent


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    """A port that is taken, and at which nobody listens yet."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


def url(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}/"


def test_who_listens_must_not_be_absent(bound: socket.socket) -> None:
    where = address.parse(url(bound))
    assert absent(where) == f"nobody listens at 127.0.0.1, port {where.port}"
    bound.listen()
    assert absent(where) is None


def test_who_is_slow_or_cannot_be_asked_for_want_of_files_must_not_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = address.parse("http://127.0.0.1:9/")
    for problem in (TimeoutError("timed out"), OSError(24, "too many files are open")):

        def fail(*_: object, why: OSError = problem, **__: object) -> socket.socket:
            raise why

        monkeypatch.setattr(socket, "create_connection", fail)
        assert absent(where) is None


def test_a_name_without_an_address_must_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> socket.socket:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "create_connection", fail)
    assert absent(address.parse("http://no.such.host/")) == "the name no.such.host has no address"


def test_a_service_that_is_not_there_must_end_with_8_at_once_and_leave_no_run(
    bound: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDCTL_HOME", str(tmp_path))
    with pytest.raises(VerdictFalse, match="nobody listens at 127") as caught:
        run(["load", "--url", url(bound), "--duration", "30m"])
    assert caught.value.code == 8
    assert "does the service run?" in caught.value.hint
    assert not list(tmp_path.rglob("runs"))


def test_the_usual_rate_must_be_one_that_this_machine_can_carry(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--dry-run", "load", "--url", "http://127.0.0.1:9/"]) == 0
    usual = needs.comfortable_rate(processors())
    assert f"send {usual:g} rps of get" in capsys.readouterr().out
