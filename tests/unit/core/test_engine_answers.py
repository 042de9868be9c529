from __future__ import annotations

import pytest

from sdctl.engine.answers import last_pause


def event(action: str, at: float) -> dict[str, object]:
    return {"Action": action, "timeNano": int(at * 1e9)}


def test_a_pause_must_be_as_long_as_between_its_events() -> None:
    old = [event("pause", 100), event("unpause", 101)]
    new = [event("pause", 200.5), event("unpause", 203.75)]
    assert last_pause([*old, *new], 150) == pytest.approx(3.25)
    assert last_pause(old, 150) is None, "it was before"
    assert last_pause([*old, event("pause", 200)], 150) is None, "it has not ended"
    assert last_pause([], 150) is None
