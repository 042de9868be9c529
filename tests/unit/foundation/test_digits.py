"""A figure for people has the digits that count, and never an exponent."""

from __future__ import annotations

import pytest

from sdctl.design.autoscaling.calculator import Proposal
from sdctl.design.autoscaling.explanation import _value
from sdctl.foundation.digits import in_digits, plain
from sdctl.judge.expectation import number
from sdctl.judge.seen_effect import figure
from sdctl.terminal import compare, load_view
from sdctl.terminal.facts import cell


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, "0"), (0.00001234, "0.0000123"), (12.34, "12.3"), (99.97, "100"), (-5.0, "-5"),
     (999.7, "1000"), (1234.6, "1235"), (12_345_678.9, "12345679")],
)  # fmt: skip
def test_a_figure_must_have_three_digits_and_no_exponent(value: float, told: str) -> None:
    assert in_digits(value, 3) == told


def test_a_sign_and_thousands_must_be_shown_where_they_are_asked_for() -> None:
    assert in_digits(1234.4, 3, "+,") == "+1,234"


def test_no_page_must_show_an_exponent() -> None:
    shown = [
        compare._number(999.7),
        compare._number(0.00001, "+"),
        load_view._ms(999.7),
        _value(Proposal(metric="p99", target=1), 1_500_000),
        _value(Proposal(metric="queue", target=1), 12_345_000),
        number(0.00001),
        figure(0.00001),
        figure(12_345_678.0),
        cell("used", 12_345.6),
    ]
    assert shown == [
        "1,000", "+0.00001", "1000 ms", "1500 ms", "12345", "0.00001", "0.00001", "12,350,000",
        "12346",
    ]  # fmt: skip


def test_what_somebody_chose_must_be_told_as_it_was_written() -> None:
    assert [*map(plain, (0.5, 300.0, 0.125, 1_000_000.0, 1_234_567.0))] == [
        "0.5", "300", "0.125", "1000000", "1234567",
    ]  # fmt: skip
