"""How far behind the next leader was."""

from __future__ import annotations

import json

import pytest

from sdctl.judge.ledger import Write
from sdctl.judge.takeover import Takeover

WRITES = [Write(f"w-{n}", n, n + 0.5, "acknowledged") for n in range(10)]


@pytest.mark.parametrize(
    ("lost", "stopped_at", "facts", "said"),
    [
        (
            {"w-6", "w-9"}, 9.5, {"lag_bytes": 1_258_291, "lag_seconds": 3.1},
            "pg-2, which lacked writes of the last 3 s and was 1.2 MiB and 3.1 s behind when the "
            "fault began",
        ),
        ({"w-9"}, 10.0, {"lag_bytes": 0}, "pg-2, which lacked writes of the last 500 ms"),
        ({"w-9"}, None, {}, "pg-2, which lacked the lost writes"),
        # a leader that was cut off went on acknowledging after the outage of others had begun
        ({"w-5", "w-9"}, 6.0, {}, "pg-2, which lacked writes of the last 4 s"),
    ],
)  # fmt: skip
def test_it_must_be_said_in_seconds_and_bytes_as_far_as_they_are_known(
    lost: set[str], stopped_at: float | None, facts: dict[str, float], said: str
) -> None:
    taken = Takeover.of("pg-2", lost, WRITES, stopped_at, facts)
    assert taken is not None
    assert str(taken) == said
    assert Takeover.of_json(json.loads(json.dumps(taken.to_json()))) == taken


def test_without_a_loss_nothing_must_be_said() -> None:
    assert Takeover.of("pg-2", set(), WRITES, 9.5, {"lag_bytes": 5}) is None
    assert Takeover.of_json(None) is None
