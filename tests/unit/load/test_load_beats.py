"""Beats of several processes, as one tick."""

from __future__ import annotations

from array import array

import pytest

from sdctl.load.beats import Beat, Tick, Ticks
from sdctl.load.request_counts import RequestCounts
from sdctl.load.schedule import constant


def _beat(at_s: float, answers: int) -> Beat:
    nothing = array("d")
    return Beat(
        at_s=at_s, fired=answers, answers=answers, response=nothing, read_response=nothing,
        write_response=nothing, service=nothing, late=nothing, reads=RequestCounts(ok=answers),
        writes=RequestCounts(), again=0, acknowledged=0, in_flight=0, connections=1,
    )  # fmt: skip


def test_the_last_beat_of_a_process_that_was_late_must_make_no_rate_that_never_was() -> None:
    """The first one's last beat is of a later moment, and was heard earlier."""
    ticks = Ticks(constant(100, 1), 2)
    heard: list[Tick | None] = [
        ticks.take(0, _beat(1.0, 50)),
        ticks.take(0, _beat(1.05, 1)),
        ticks.end(0),
        ticks.take(1, _beat(1.0, 50)),
        ticks.take(1, _beat(1.04, 2)),
    ]
    told = [tick for tick in heard if tick is not None]
    assert [tick.at_s for tick in told] == [1.05, 1.05]
    assert told[-1].span_s == pytest.approx(0.04)
    assert told[-1].achieved_rps == pytest.approx(50)
    assert sum(tick.achieved_rps * tick.span_s for tick in told) == pytest.approx(103)
