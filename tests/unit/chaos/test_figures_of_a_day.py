"""Which figures of a fault are compared although another fault of the day was on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sdctl.chaos.end import End
from sdctl.faults.fault import disturbing
from sdctl.faults.promises import LOST
from sdctl.faults.teaching import Prediction


def predicted(what: str, high: float) -> Prediction:
    return Prediction(what=what, low=0, high=high, why="", measure=lambda course: 0.0)


def reached(kinds: Mapping[str, str], said: Mapping[str, Sequence[Prediction]]) -> End:
    nothing: Any = None
    return End(
        run="r", last=nothing, settled=nothing, unseen=None, result=None, reading=nothing,
        writes=(), ticks=(), samples=(), outages={}, spans=dict.fromkeys(kinds, (0.0, 10.0)),
        kinds=kinds, predictions=said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "other", "beside"),
    [
        (predicted(LOST, 0), [predicted(LOST, 0)], ""),
        (predicted(LOST, 0), [], ""),
        (predicted(LOST, 0), [predicted(LOST, 120)], "f-2 kill-leader"),
        (predicted(LOST, 120), [predicted(LOST, 0)], "f-2 kill-leader"),
        (predicted("attempts failed", 257), [], "f-2 kill-leader"),
    ],
    ids=["both none", "the other tells nothing", "the other some", "it some", "a count"],
)
def test_only_that_there_is_none_must_be_compared_beside_another_fault(
    own: Prediction, other: Sequence[Prediction], beside: str
) -> None:
    end = reached({"f-1": "pause", "f-2": "kill-leader"}, {"f-1": [own], "f-2": other})
    assert end.beside("f-1", own) == beside


def test_the_time_of_a_failover_must_be_compared_beside_what_leaves_writes_alone() -> None:
    kinds = {"f-1": "kill-leader", "f-2": "fail-messages"}
    end = reached(kinds, {"f-1": [], "f-2": []})
    assert end.beside("f-1") == ""
    assert end.beside("f-2") == "f-1 kill-leader"
    gone = {"f-3": "of an older sdctl", "f-4": "slow-queries"}
    assert disturbing({**kinds, **gone}) == {"f-1": "kill-leader", **gone}
