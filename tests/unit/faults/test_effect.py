"""An effect: what was asked, what the operations' outputs say, and whether that is it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sdctl.faults.effect import Effect
from sdctl.judge.seen_effect import SeenEffect
from sdctl.targets.target import Output


def added(outputs: Sequence[Output]) -> float:
    return float(outputs[0].stdout)


def measured(text: str, *, code: int = 0, stderr: str = "", **changes: Any) -> SeenEffect:
    values: dict[str, Any] = {
        "what": "added to a round trip", "asked": 200.0, "unit": "ms", "operations": (),
        "read": added, "share": 0.1, "least": 2.0,
    }  # fmt: skip
    return Effect(**values | changes).measured([Output(code, text, stderr)])


@pytest.mark.parametrize(
    ("seen", "asked", "holds"),
    [("219.9", 200.0, True), ("180.0", 200.0, True), ("220.2", 200.0, False),
     ("0.3", 200.0, False), ("11.9", 10.0, True), ("12.1", 10.0, False)],
)  # fmt: skip
def test_a_number_must_hold_within_its_share_or_the_least(
    seen: str, asked: float, *, holds: bool
) -> None:
    assert measured(seen, asked=asked).holds is holds


def test_it_must_be_told_in_one_line() -> None:
    told = "added to a round trip: asked 200 ms (± 20 ms), seen 203.1 ms"
    assert str(measured("203.123")) == told
    assert SeenEffect.of_json(measured("203.123").to_json()) == measured("203.123")


@pytest.mark.parametrize(
    ("bound", "seen", "holds"),
    [("at least", "199", True), ("at least", "150", False), ("at most", "150", True),
     ("at most", "250", False)],
)  # fmt: skip
def test_a_bound_must_hold_on_its_side_alone(bound: str, seen: str, *, holds: bool) -> None:
    assert measured(seen, bound=bound).holds is holds


def test_a_word_must_be_the_same() -> None:
    for said, holds in (("frozen", True), ("running", False)):
        seen = measured(said, asked="frozen", unit="", read=lambda out: out[0].stdout)
        assert seen.holds is holds
        assert str(seen) == f"added to a round trip: asked frozen, seen {said}"


def test_what_could_not_be_measured_must_not_hold_and_say_why() -> None:
    seen = measured("", code=1, stderr="Traceback\nno route to host")
    assert (seen.seen, seen.holds, seen.why) == (None, False, "no route to host")
    assert str(seen).endswith("seen nothing: no route to host")


def test_a_number_beside_what_was_asked_may_tell_nothing_where_there_is_doubt() -> None:
    def full(outputs: Sequence[Output]) -> str:
        return "the machine was full"

    doubted = measured("15", asked=20.0, doubt=full)
    assert (doubted.holds, doubted.why) == (None, "the machine was full")
    assert measured("30", asked=20.0, doubt=full).holds is False, "no limit: it is seen"
    assert measured("15", asked=20.0, doubt=lambda outputs: "").holds is False
    assert measured("19", asked=20.0, doubt=full).holds is True
    above = measured("30", asked=20.0, doubt=full, doubted="above")
    assert above.holds is None
    assert measured("15", asked=20.0, doubt=full, doubted="above").holds is False


@pytest.mark.parametrize(
    ("last", "excuse", "stands", "told"),
    [
        ("195", "", True, ""),
        ("0.4", "", False, "; at its end 0.4 ms"),
        ("0.4", "it is known", True, "; at its end 0.4 ms: it is known"),
        ("?", "it is known", False, "; at its end nothing: could not convert string to float: '?'"),
    ],
)
def test_it_must_be_told_what_became_of_it_by_its_end(
    last: str, excuse: str, told: str, *, stands: bool
) -> None:
    effect = Effect(what="a trip", asked=200.0, unit="ms", operations=(), read=added, share=0.1,
                    excuse=lambda outputs: excuse)  # fmt: skip
    first = effect.measured([Output(0, "203", "")])
    seen = effect.lasted(first, [Output(0, last, "")])
    assert (seen.stands, first.stands) == (stands, True)
    assert str(seen) == f"a trip: asked 200 ms (± 20 ms), seen 203 ms{told}"
    assert SeenEffect.of_json(seen.to_json()) == seen
