from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.foundation import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("5m", 300), ("1m30s", 90), ("1h", 3600), (2, 2), ("7", 7)],
)
def test_a_duration_must_become_seconds(text: object, seconds: float) -> None:
    assert units.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "fast", "3 weeks", "10s extra", -1, True, "5mm", "9s9s", "1s1m"]
)
def test_what_is_no_duration_must_be_refused(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        units.duration(text)


def test_a_time_limit_must_be_above_0() -> None:
    assert units.time_limit("5m") == 300
    with pytest.raises(ValueError, match="above 0"):
        units.time_limit("0s")


@pytest.mark.parametrize(("text", "count"), [("64mb", 64 << 20), ("1gb", 1 << 30), (5, 5)])
def test_a_size_must_become_bytes(text: object, count: int) -> None:
    assert units.size(text) == count


@pytest.mark.parametrize("text", ["6.4", "mb", "-1mb", "1tb", -5])
def test_what_is_no_size_must_be_refused(text: object) -> None:
    with pytest.raises(ValueError, match="size"):
        units.size(text)


@pytest.mark.parametrize(
    ("text", "value"), [("20%", 0.2), ("20 %", 0.2), ("0.2", 0.2), ("100%", 1), (0, 0)]
)
def test_a_share_must_lie_between_0_and_1(text: object, value: float) -> None:
    assert units.share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["20", "1.5", "100"])
def test_a_share_without_its_sign_must_be_answered_with_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match=rf"{text} of what\? Write {text}%"):
        units.share(text)


@pytest.mark.parametrize("text", ["120%", "-1%", "120", "many"])
def test_what_is_no_share_must_be_refused(text: str) -> None:
    with pytest.raises(ValueError, match="share"):
        units.share(text)


@given(st.integers(min_value=0, max_value=1 << 50))
def test_a_formatted_size_must_be_within_one_percent(count: int) -> None:
    assert units.size(units.format_size(count)) == pytest.approx(count, rel=0.01, abs=1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "200 ms"), (0.9996, "1 s"), (2.55, "2.55 s"), (59.97, "1 min"), (63.2, "1 min 3 s")],
)
def test_a_time_that_is_shown_must_have_one_spelling_and_be_read_again(
    seconds: float, text: str
) -> None:
    """It was ``200ms`` in one line and ``180 ms`` in the next, and ``60s`` beside ``1m``."""
    assert units.format_duration(seconds) == text
    assert units.duration(text) == pytest.approx(seconds, rel=0.01)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(7200, "2h"), (90, "90s"), (60, "1m"), (1.5, "1.5s"), (0.5, "500ms"), (61.25, "61.25s")],
)
def test_a_time_must_be_written_as_people_write_it(seconds: float, text: str) -> None:
    assert (units.write_duration(seconds), units.duration(text)) == (text, seconds)


@pytest.mark.parametrize(
    ("typed", "told"),
    [("180ms", "180 ms"), ("90s", "1 min 30 s"), ("64mb", "64 MiB"), ("20%", "20%"),
     ("kill", "kill"), ("5", "5"), ("", "")],
)  # fmt: skip
def test_what_was_typed_must_have_its_unit_as_everywhere(typed: str, told: str) -> None:
    assert units.for_people(typed) == told
