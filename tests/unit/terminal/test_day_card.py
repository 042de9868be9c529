"""The card of a game day: its faults in the order of their times, and what had to be so."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cards import VERDICT
from rich.console import Console

from sdctl.judge.day_comparison import DayComparison
from sdctl.judge.day_part import Compared, DayPart, Steady, stopped_for
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.fault_timing import Timing
from sdctl.judge.outage import Outage
from sdctl.report.verdict_tables import day_rows
from sdctl.terminal import day_card
from sdctl.terminal.screen import Screen

HELD = Compared(expr="p99<1s", ok=True, value=12.5, metric="p99", is_time=True)
BROKEN = Compared(expr="rto<5s", ok=False, value=20300, metric="rto", is_time=True)
UNSEEN = Compared(expr="lost=0", ok=None, value=None, metric="lost")
DAY = DayVerdict(
    day="leader-twice",
    seed=7,
    before=Steady(held=(HELD,)),
    after=None,
    parts=(
        DayPart(
            kind="kill-leader",
            name="kill-leader database",
            at_s=0.0,
            verdict=VERDICT,
            writes_per_s=80.0,
        ),
        DayPart(kind="pause", name="pause", at_s=30.0, why="postgres-3 is paused already"),
    ),
    assertions=(BROKEN, UNSEEN),
    whole=replace(VERDICT, fault=None),
)


def shown(show: Callable[[Screen], Any], width: int = 80) -> str:
    screen = Screen(as_json=False, color=False)
    out = io.StringIO()
    screen.out = Console(file=out, width=width, color_system=None)
    show(screen)
    assert max(map(len, out.getvalue().splitlines())) <= width
    return " ".join(out.getvalue().replace("│", " ").split())


def test_a_stop_that_came_after_the_faults_end_must_say_so() -> None:
    """Seen of a game day: writes stopped 16 s after its last fault was healed."""
    outage = Outage(seconds=0.9, since=44.5, until=45.4, resolution=0.02)
    late, on = Timing.of_stop(outage, 28.5), Timing.of_stop(outage, 45.0)
    [part, *_] = DAY.parts
    for timing, said in ((late, "900 ms, 16 s after the fault's end"), (on, "900 ms")):
        own = replace(part, verdict=replace(VERDICT, timing=timing))
        assert stopped_for(own) == said
    assert late.to_json(holds=None)["healed_before_ms"] == 16000
    assert on.to_json(holds=None)["healed_before_ms"] is None
    none = Outage(seconds=0, since=30.0, until=30.0, resolution=0.02)
    assert Timing.of_stop(none, 28.5).afterwards == "", "there was no stop"


def test_a_days_card_must_have_a_row_for_each_fault_and_for_what_had_to_be() -> None:
    text = shown(lambda screen: day_card.show(screen, DAY, Path("/x/894dc5ce")))
    for said in (
        "FAIL: not so: rto<5s (was 20300 ms)",
        "game day leader-twice, seed 7",
        "0 s f-11 kill-leader",
        "20.3 s, as",
        "next `sdctl report 894dc5ce` shows every write",
        "30 s pause did not begin",
        "steady before p99<1s: yes (was 12.5 ms)",
        "steady after not looked at",
        "asserted rto<5s: NO (was 20300 ms)",
        "asserted lost=0: not measured",
    ):
        assert said in text, (said, text)


def test_how_long_it_should_take_must_be_on_a_days_card_too() -> None:
    """Also where it could not be compared: it was told as the fault began."""
    [part, other] = DAY.parts
    meanwhile = replace(VERDICT.timing, meanwhile="f-5 pause")
    for timing, so in ((VERDICT.timing, "as predicted"), (meanwhile, "could not be compared")):
        own = replace(part, verdict=replace(VERDICT, timing=timing))
        rows = dict(day_card._taught(replace(DAY, parts=(own, other))))
        assert next(iter(rows.items())) == ("f-11", "kill-leader"), "no deeper than its rows"
        assert rows["predicted"].startswith("writes stopped for: 18 to 24 s; "), rows
        assert so in rows["predicted"]


def test_two_settings_must_stand_side_by_side_each_with_its_page() -> None:
    other = replace(DAY, assertions=(), after=Steady(held=(HELD,)), parts=DAY.parts[:1])
    compared = DayComparison(
        day="leader-twice",
        seed=7,
        verdicts=(("database.ttl=20s", DAY), ("database.ttl=60s", other)),
    )
    text = shown(lambda screen: day_card.show_side_by_side(screen, compared))
    for said in (
        "game day leader-twice, seed 7: by database.ttl",
        "(was 20300 ms) 20s 60s",
        "verdict fail pass",
        "writes acknowledged 1000 1000",
        "of them lost 0 0",
        "kill-leader database: writes acknowledged 80/s 80/s",
        "writes stopped for 20.3 s 20.3 s",
        "pause: writes acknowledged not measured not measured",
        "20s 894dc5ce; its page: `sdctl report 894dc5ce`",
    ):
        assert said in text, (said, text)


def test_different_settings_must_be_called_by_their_names() -> None:
    compared = DayComparison(
        day="d", seed=7, verdicts=(("database.nodes=3", DAY), ("cache.nodes=3", DAY))
    )
    text = shown(lambda screen: day_card.show_side_by_side(screen, compared))
    assert "seed 7: by" not in text
    assert "database.nodes=3 cache.nodes=3" in text
    assert str(compared.why).startswith("database.nodes=3: ")


def test_a_fault_that_stops_no_write_must_not_be_asked_for_a_stop_on_card_and_page() -> None:
    assert VERDICT.fault is not None
    of_fault = replace(VERDICT.fault, kind="fail-messages")
    own = replace(VERDICT, fault=of_fault, stops_writes=False)
    part = DayPart(kind="fail-messages", name="fail", at_s=1.0, verdict=own)
    day = replace(DAY, parts=(part,))
    assert "not asked" in shown(lambda screen: day_card.show(screen, day, Path("/x")))
    rows = day_rows(day.to_json())
    assert ("fault at 1 s", "f-11 fail-messages on postgres-3") in rows, "a figure is a row"
    assert [said for name, said in rows if name == "writes stopped for"] == ["not asked"]


def test_a_stop_of_several_faults_must_be_said_to_be_shared() -> None:
    assert VERDICT.fault is not None
    assert VERDICT.timing.outage is not None
    stop = VERDICT.timing.outage
    later = replace(stop, since=stop.until + 1, until=stop.until + 3, seconds=2.0)

    def part(fault: str, outage: Outage) -> DayPart:
        assert VERDICT.fault is not None
        verdict = replace(
            VERDICT,
            fault=replace(VERDICT.fault, id=fault),
            timing=replace(VERDICT.timing, outage=outage),
        )
        return DayPart(kind="pause", name=fault, at_s=0.0, verdict=verdict)

    parts = (part("f-1", stop), part("f-2", later), part("f-3", stop), part("f-4", stop))
    day = replace(DAY, parts=parts)
    assert [shared.faults for shared in day.shared_stops] == [("f-1", "f-3", "f-4")]
    said = "shared stop f-1, f-3 and f-4 have one stop of 20.3 s together"
    assert said in shown(lambda screen: day_card.show(screen, day, Path("/x")))
    rows = dict(day_rows(day.to_json()))
    assert rows["shared stop"].startswith("f-1, f-3 and f-4 have one stop")
    assert replace(DAY, parts=parts[:2]).shared_stops == ()
    assert parts[2].verdict is not None
    quiet = replace(parts[2], verdict=replace(parts[2].verdict, stops_writes=False))
    assert replace(DAY, parts=(parts[0], quiet)).shared_stops == (), (
        "a fault that stops no write has none"
    )
    short = replace(stop, seconds=0.4, until=stop.since + 0.4)
    assert replace(DAY, parts=(part("f-1", short), part("f-2", short))).shared_stops == ()


def test_the_table_of_a_day_must_have_whole_headings_and_no_column_that_is_empty() -> None:
    def told(failover_s: float | None) -> str:
        own = replace(VERDICT, timing=replace(VERDICT.timing, failover_s=failover_s))
        day = replace(DAY, parts=(replace(DAY.parts[0], verdict=own),))
        return shown(lambda screen: day_card.show(screen, day, Path("/x")))

    assert "at fault hit writes stopped for a new leader 0 s f-11" in told(21.0)
    assert "at fault hit writes stopped for 0 s f-11" in told(None)
