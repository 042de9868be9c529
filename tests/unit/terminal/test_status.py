"""A stack's status on a terminal of 80 columns, and one look after another."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console
from snapshots import ILL, WELL, node, shown, tier

from sdctl.foundation import output
from sdctl.state.snapshot import MISSING, Health, NodeStatus
from sdctl.terminal import facts, status, watch
from sdctl.terminal.fitted_screen import Fitted
from sdctl.terminal.screen import Screen


def test_a_status_must_show_every_node_what_is_wrong_and_which_fault_is_on() -> None:
    text = shown(status.table(ILL))
    assert text.splitlines()[0] == "s (lite) not healthy · 1 of 3 nodes ok · 10:20:30 UTC"
    assert "postgres-1 leader ok      lag 2 KiB" in " ".join(text.split("\n")).replace(
        "  postg", "postg"
    )
    assert "it does not stream" in text
    assert "fault f-1 pause on lb-1: on since 10:20:30, heals by 10:21:00 UTC" in text
    late = shown(status.table(replace(ILL, at="2026-01-01T10:21:00Z")))
    assert "fault f-1 pause on lb-1: on since 10:20:30 UTC, healing now" in late
    assert "search is left out: no Java here" in text
    assert shown(status.table(WELL)).startswith("s (lite) healthy · 1 node ok")


def test_a_fault_of_a_long_name_must_fit_a_line() -> None:
    """Most heal before their time is over, so it is the latest that is told."""
    record = {
        "id": "f-1",
        "kind": "kill-leader",
        "target": "postgres-1",
        "injected_at": "2026-01-01T10:20:30Z",
        "until": "2026-01-01T10:21:00Z",
    }
    said = f"fault {status.fault_on(record, datetime(2026, 1, 1, 10, 20, 40, tzinfo=UTC))}"
    assert said.endswith("on since 10:20:30, heals by 10:21:00 UTC")
    assert len(said) <= 80


def test_a_node_that_somebody_removed_must_be_called_missing() -> None:
    gone = NodeStatus(name="app-2", state="down", shown=MISSING, health="failing", reason="away")
    text = shown(status.table(replace(ILL, tiers={"app": tier(node("app-1"), gone)})))
    [row] = [line.split() for line in text.splitlines() if "app-2" in line]
    assert row == ["app-2", "missing", "away"]


@pytest.mark.parametrize(
    ("healths", "head"),
    [
        (("unknown", "unknown"), "s (lite) unknown · 2 nodes not known · "),
        (("unknown", "failing"), "s (lite) not healthy · 1 of 2 nodes not known · "),
        (("failing", "failing"), "s (lite) not healthy · 0 of 2 nodes ok · "),
        (("unknown", "ok"), "s (lite) not healthy · 1 of 2 nodes ok · "),
    ],
)
def test_nodes_of_which_nothing_is_known_must_not_be_counted_as_ill(
    healths: tuple[Health, Health], head: str
) -> None:
    """While the observer restarts, say, nobody answers for any of them."""
    first, second = healths
    seen = replace(ILL, tiers={"lb": tier(node("lb-1", first), node("lb-2", second))})
    assert shown(status.table(seen)).startswith(head)


@pytest.mark.parametrize(
    ("name", "value", "cell"),
    [
        ("lag_bytes", 64 * 1024**2, "64 MiB"), ("age_seconds", 2.1, "2.1 s"),
        ("hit_ratio", 0.97, "97%"), ("reads_per_s", 12.34567, "12.35"), ("sync", True, "yes"),
        ("sync", False, "no"), ("lag_bytes", None, "–"), ("slots", 5461, "5461"),
        ("version", "17.2", "17.2"),
    ],
)  # fmt: skip
def test_a_fact_must_have_the_unit_that_its_name_says(name: str, value: Any, cell: str) -> None:
    assert facts.cell(name, value) == cell


def test_a_line_of_facts_must_leave_out_what_says_nothing() -> None:
    told = facts.parts({"sync": True, "paused": False, "lag_bytes": None, "reads_per_s": 5})
    assert told == ["sync", "reads/s 5"]


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"lag_bytes": 2048, "lag_seconds": 0.5, "sync": True}, ["lag 2 KiB, 500 ms", "sync"]),
        ({"lag_bytes": 2048, "lag_seconds": None}, ["lag 2 KiB"]),
        ({"lag_seconds": 0.0}, ["lag 0 ms"]),
        ({"pool_leader": 4, "pool_follower": 3},
         ["database connections 4 to the leader, 3 to a follower"]),
        ({"pool_leader": 4, "pool_follower": None}, ["connections to the leader 4"]),
    ],
)  # fmt: skip
def test_two_facts_of_one_thing_must_be_one(known: dict[str, Any], told: list[str]) -> None:
    assert facts.parts(known) == told


def test_a_fact_must_never_be_broken_over_two_lines() -> None:
    queue = {"queues_led": 5, "messages_ready": 148, "messages_unacked": 32, "consumers": 1,
             "retrying": 0, "dead": 0, "memory_bytes": 112 * 1024**2}  # fmt: skip
    seen = replace(WELL, tiers={"queue": tier(node("rabbitmq-1", role="leader", facts=queue))})
    text = shown(status.table(seen))
    assert all(part in text for part in facts.parts(queue)), text


CACHE = tuple(node(f"redis-{n}", role="primary", facts={"keys": n}) for n in range(1, 7))
APPS = tuple(node(f"app-{n}") for n in range(1, 4))
LARGE = replace(ILL, tiers={"cache": tier(*CACHE), "app": tier(*APPS), **ILL.tiers}, left_out={})


@pytest.mark.parametrize(
    ("height", "lines", "last"),
    [
        (18, 18, "lb-1 unknown"),
        (17, 15, "lb-1 unknown"),
        (14, 9, "lb-1 unknown"),
        (8, 8, "app 3 nodes ok"),
        (7, 7, "… 2 more lines do not fit: this terminal is too low"),
    ],
)
def test_a_low_screen_must_lack_what_is_well_first_and_say_what_does_not_fit(
    height: int, lines: int, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    out = io.StringIO()
    console = Console(file=out, width=80, height=height, color_system=None)
    console.print(Fitted(status.forms(LARGE)))
    found = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert found[0].startswith("s (lite) not healthy")
    assert found[1] == "fault f-1 pause on lb-1: on since 10:20:30, heals by 10:21:00 UTC"
    assert "postgres-2 failing it does not stream" in found
    assert (len(found), found[-1]) == (lines, last), found
    assert ("app 3 nodes ok" in found) is (7 < height < 18)
    assert ("redis-6 primary ok keys 6" in found) is (height in (17, 18)), "somebody leads there"
    assert ("cache 6 nodes ok" in found) is (7 < height < 17)


@pytest.mark.parametrize(("height", "shown"), [(18, False), (19, True)])
def test_how_a_watch_is_ended_must_be_told_where_a_line_is_left(
    height: int, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    out = io.StringIO()
    console = Console(file=out, width=80, height=height, color_system=None)
    console.print(Fitted(status.forms(LARGE), foot="Ctrl-C ends this"))
    lines = out.getvalue().splitlines()
    assert (lines[-1].strip() == "Ctrl-C ends this") is shown
    assert "redis-6" in out.getvalue(), "no node is left out for it"
    assert len(lines) == height


@pytest.mark.parametrize("height", range(10, 18))
def test_that_nodes_are_counted_for_want_of_lines_must_be_told(
    height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    out = io.StringIO()
    console = Console(file=out, width=80, height=height, color_system=None)
    console.print(Fitted(status.forms(LARGE), foot="Ctrl-C ends this", shortened="higher: more"))
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert lines[-1] == "higher: more · Ctrl-C ends this"
    assert len(lines) <= height


def test_a_tier_that_has_no_room_must_still_name_its_leader() -> None:
    """Before a leader is killed one wants to see who leads."""
    nodes = (node("postgres-1"), node("postgres-2", role="leader"), node("postgres-3"))
    led = replace(WELL, tiers={"database": tier(*nodes), "app": tier(*APPS)})
    *_, lowest = status.forms(led)
    lines = [" ".join(line.split()) for line in shown(lowest).splitlines()]
    assert "database 3 nodes ok, postgres-2 leads" in lines
    assert "app 3 nodes ok" in lines


def test_a_silent_node_on_a_full_machine_must_be_told_with_the_machine() -> None:
    assert status.busy(ILL, 41.0, 2) == (
        "41 processes want one of this machine's 2 cores: nodes may answer too late to be seen"
    )
    assert status.busy(ILL, 1.0, 2) == ""
    assert status.busy(WELL, 41.0, 2) == "", "nobody is silent"


def test_a_node_that_has_just_begun_must_be_starting_not_failing() -> None:
    new = node("redis-1", "failing", "connection refused", starting=True)
    text = shown(status.table(replace(WELL, healthy=False, tiers={"cache": tier(new)})))
    assert "redis-1  starting connection refused" in text
    assert "failing" not in text


def test_a_watch_must_show_one_look_after_another_until_ctrl_c(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY_S", 0.001)
    looks = iter(range(3))

    def look() -> int:
        try:
            return next(looks)
        except StopIteration:
            raise KeyboardInterrupt from None

    output.begin()
    screen = Screen(as_json=True, color=False)
    watch.run(screen, look, lambda value: [str(value)], lambda value: {"value": value})
    assert capsys.readouterr().out.splitlines() == [f'{{"value": {n}}}' for n in range(3)]
