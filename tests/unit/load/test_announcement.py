"""Which load of a stack a fault measures by."""

from __future__ import annotations

import pytest

from sdctl.foundation.errors import UsageError
from sdctl.judge import runs
from sdctl.judge.ledger import Ledger
from sdctl.load import announcement
from sdctl.load.announcement import announced
from sdctl.state.stack import Stack

STACK = Stack("s")


def ledger(run: str) -> Ledger:
    made = Ledger(run, path=runs.folder(STACK, run).ledger)
    made.flush()
    return made


def found() -> str | None:
    load = announcement.running(STACK)
    return None if load is None else load.run


def test_of_two_loads_the_last_must_be_found_also_when_the_first_ends() -> None:
    opened = [ledger("a"), ledger("b")]
    first = announced(STACK, runs.folder(STACK, "a").ledger)
    first.__enter__()
    assert found() == "a"
    with announced(STACK, runs.folder(STACK, "b").ledger):
        assert found() == "b"
        with pytest.raises(UsageError, match=r"a load is sent .* \(run b\), and a bench needs one"):
            announcement.check_none(STACK, "a bench")
        first.__exit__(None, None, None)
        assert found() == "b"
    assert found() is None
    announcement.check_none(STACK, "a bench")
    for written in opened:
        written.close()
