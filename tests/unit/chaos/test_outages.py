"""How long writes stopped, by a ledger that has come to its end."""

from __future__ import annotations

import pytest

from sdctl.chaos import outages
from sdctl.chaos.end import in_the_end
from sdctl.judge.ledger import Write

ON = (5.0, 6.0)


def written(gap: float, until: float, *, failing_since: float = 1e9) -> list[Write]:
    """A write each ``gap`` seconds; those that fail do so after a second."""
    times = [number * gap for number in range(int(until / gap))]
    return [
        Write(f"r-{at}", at, at + 0.001, "acknowledged", "o")
        if at < failing_since
        else Write(f"r-{at}", at, at + 1.0, "unknown")
        for at in times
    ]


def test_writes_that_fail_to_the_end_must_not_be_back() -> None:
    """They were back after the fault, and stopped again for good."""
    writes = written(0.01, 20.0, failing_since=10.0)
    assert outages.outage_among(writes, ON, [ON]) is None
    assert outages.came_back(writes, (5.0, 9.0)), "while it was on they went well"


def test_a_write_or_two_that_fail_at_the_end_must_be_no_stop() -> None:
    found = outages.outage_among(written(0.01, 20.0, failing_since=19.975), ON, [ON])
    assert found is not None
    assert found.seconds == 0


def test_what_stops_writes_in_the_end_must_be_of_the_fault_that_was_on_last() -> None:
    writes, later = written(0.01, 20.0, failing_since=10.0), (10.0, 12.0)
    first = outages.outage_among(writes, ON, [ON, later])
    assert first is not None
    assert first.seconds == 0
    assert outages.outage_among(writes, later, [ON, later]) is None


def test_a_load_of_few_writes_must_be_judged_by_all_of_them() -> None:
    """Nobody waits for so long that another one comes while it is sent."""
    writes = written(5.0, 200.0)
    on = (100.0, 110.0)
    asked = outages.outage_among(writes, on, [on], now=writes[-1].done_at + 2.1)
    assert asked is None
    found = in_the_end({"f-1": asked}, {"f-1": on}, writes)["f-1"]
    assert found is not None
    assert (found.seconds, found.resolution) == (0, pytest.approx(5.0))


def hiccup(writes: list[Write], since: float, until: float) -> list[Write]:
    """The same writes; what was sent then had to wait."""
    return [
        Write(one.key, one.sent_at, max(one.done_at, until + 0.001), one.outcome, one.order_id)
        if since <= one.sent_at < until
        else one
        for one in writes
    ]


def test_a_short_silence_as_the_load_ends_must_not_hide_how_long_writes_stopped() -> None:
    """Seen on a full machine: fewer than ten writes were sent after it, so no row could come."""
    writes = hiccup(written(0.01, 20.0), 5.5, 7.5)
    asked = outages.outage_among(writes, ON, [ON], now=writes[-1].done_at)
    sent = [one for one in writes if not 19.8 < one.sent_at < 19.97]
    writes = hiccup(sent, 19.75, 19.95)
    found = in_the_end({"f-1": asked}, {"f-1": ON}, writes)["f-1"]
    assert found is not None
    assert found.seconds == pytest.approx(2.0, abs=0.02)
    assert found == outages.outage_among(writes, ON, [ON]), "as the page has it"
    assert outages.outage_among(writes, ON, [ON], now=writes[-1].done_at) is None, "it goes on"


def test_a_stop_that_comes_before_the_load_ends_must_be_told_as_its_page_tells_it() -> None:
    writes = hiccup(written(0.01, 20.0), 5.5, 7.5)
    early = outages.outage_among([one for one in writes if one.sent_at < 12], ON, [ON])
    whole = hiccup(writes, 15.0, 18.0)
    found = in_the_end({"f-1": early}, {"f-1": ON}, whole)["f-1"]
    assert found is not None
    assert found.seconds == pytest.approx(3.0, abs=0.02)
