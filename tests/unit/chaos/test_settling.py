"""What is read back after a run, where the stores are read now and not a moment later."""

from __future__ import annotations

import pytest
from world import STACK, World

from sdctl.app.contract import DEAD_QUEUE
from sdctl.chaos import readback, settling
from sdctl.foundation.errors import NotReady
from sdctl.judge.holdings import Backlog, Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Write
from sdctl.state import observation

ACCEPTED = StoredWrite(count=1, status="accepted", notifications=0)
STUCK = Holdings(
    copies=(Copy(node="postgres-1", leads=True, found={"r1-0": ACCEPTED}),),
    remains=Backlog(outbox=0, queues={DEAD_QUEUE: 1}),
)
"""An order that nobody works on, though there is a worker."""


def read_back(
    monkeypatch: pytest.MonkeyPatch, *looks: Holdings | NotReady, settle_s: float = 0.6
) -> settling.ReadBack:
    left = list(looks)

    def holdings(*_: object) -> Holdings:
        look = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(look, NotReady):
            raise look
        return look

    world = World(beside=("worker",))
    monkeypatch.setattr(observation, "snapshot", world.look)
    monkeypatch.setattr(readback, "holdings", holdings)
    monkeypatch.setattr(settling, "SETTLE_S", settle_s)
    writes = [Write("r1-0", 1.0, 2.0, "acknowledged", "o")]
    return settling.audit(world, STACK, "r1", writes)


def test_an_order_that_nobody_works_on_must_have_come_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = read_back(monkeypatch, STUCK)
    assert (reading.settled, reading.why) == (True, None)


def test_what_could_not_be_read_at_last_must_not_count_as_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The look that is kept is an older one: what it shows may have changed since."""
    away = NotReady("the database has no leader")
    reading = read_back(monkeypatch, STUCK, away, settle_s=1.5)
    assert not reading.settled
    assert reading.why == "the database has no leader"
    assert reading.audit is not None, "what was seen is compared all the same"
