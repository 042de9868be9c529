"""Values that look like numbers and are none are refused, and the words tell what to write."""

from __future__ import annotations

from typing import Any

import pytest

from sdctl.design.validation import load
from sdctl.faults.from_texts import made
from sdctl.faults.loss import percent
from sdctl.faults.slow import SlowNode
from sdctl.foundation import units
from sdctl.foundation.errors import InvalidProfile

ODD = ("1e400", "nan", "inf", " ", "", "٣", "1_000", "0x10", "1,5", "1" + "0" * 45)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("read", [units.number, units.seed, units.delay, units.share, percent])
def test_an_odd_value_must_be_refused_and_shown_as_it_was_written(read: Any, text: str) -> None:
    with pytest.raises(ValueError, match="not a ") as refused:
        read(text)
    assert units.shown(text) in str(refused.value)


def test_a_seed_must_not_be_negative() -> None:
    with pytest.raises(ValueError, match="a seed is 0 or more, not -1"):
        units.seed("-1")


def test_a_delay_without_a_unit_must_not_be_guessed_at() -> None:
    with pytest.raises(ValueError, match="Write 200ms or 200s"):
        units.delay("200")
    assert (units.delay("200ms"), units.delay("0")) == (0.2, 0.0)
    _, wrong = made(SlowNode, {"where": "app", "latency": 200})
    assert "200ms" in wrong["latency"]


@pytest.mark.parametrize("place", ["a b;$(id)", "-x", "host:", "host/Upper", "host//x", "x:y/z"])
def test_a_place_to_push_to_must_be_a_host_and_a_prefix(place: str) -> None:
    with pytest.raises(InvalidProfile):
        load("lite", [f"images.push={place}"])


def test_a_hint_must_name_the_profile_in_use() -> None:
    assert load("lite", ["images.push=127.0.0.1:5000/me"]).delivery.push == "127.0.0.1:5000/me"
    with pytest.raises(InvalidProfile) as refused:
        load("lite", ["cache.nodes=nan"])
    assert "`sdctl profiles lite`" in refused.value.hint
