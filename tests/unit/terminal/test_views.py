"""What a stack looks like on a terminal of 80 columns: status, inspect, and `up` as it goes."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console, RenderableType

from sdctl.bringup.autoscaler import Outcome
from sdctl.bringup.canary import Proof, Proven
from sdctl.bringup.lifecycle import Up
from sdctl.design.autoscaling.decision import Decision
from sdctl.design.autoscaling.observed import Memory, Observation
from sdctl.design.autoscaling.settings import DOWN, UP, AutoscaleSettings
from sdctl.foundation import output
from sdctl.state.snapshot import MISSING, Health, NodeStatus, Snapshot, TierStatus
from sdctl.state.stack import Stack
from sdctl.terminal import facts, inspect, status, up, watch
from sdctl.terminal.autoscale import DecisionLines
from sdctl.terminal.fitted import Fitted
from sdctl.terminal.screen import Screen
from sdctl.terminal.up_progress import progress


def node(name: str, health: Health = "ok", reason: str = "", **more: Any) -> NodeStatus:
    return NodeStatus(name=name, state="running", health=health, reason=reason, **more)


def tier(*nodes: NodeStatus) -> TierStatus:
    return TierStatus(healthy=all(n.health == "ok" for n in nodes), leader=None, nodes=nodes)


ILL = Snapshot(
    stack="s", profile="lite", healthy=False, at="2026-01-01T10:20:30.5Z",
    tiers={
        "database": tier(
            node("postgres-1", role="leader", facts={"lag_bytes": 2048, "slots": None}),
            node("postgres-2", "failing", "it does not stream"),
        ),
        "lb": tier(node("lb-1", "unknown")),
    },
    faults=({"id": "f-1", "kind": "pause", "target": "lb-1", "tier": "lb",
             "injected_at": "2026-01-01T10:20:30Z", "until": "2026-01-01T10:21:00Z"},),
    left_out={"search": "no Java here"},
)  # fmt: skip
WELL = replace(ILL, healthy=True, tiers={"lb": tier(node("lb-1"))}, faults=(), left_out={})


def shown(what: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(what)
    assert max(len(line.rstrip()) for line in out.getvalue().splitlines()) <= 80
    return out.getvalue()


def test_a_status_must_show_every_node_what_is_wrong_and_which_fault_is_on() -> None:
    text = shown(status.table(ILL))
    assert text.splitlines()[0] == "s (lite) not healthy · 1 of 3 nodes ok · 10:20:30 UTC"
    assert "postgres-1 leader ok      lag 2kb" in " ".join(text.split("\n")).replace(
        "  postg", "postg"
    )
    assert "it does not stream" in text
    assert "fault f-1 pause on lb-1: on since 10:20:30, heals at 10:21:00" in text
    late = shown(status.table(replace(ILL, at="2026-01-01T10:21:00Z")))
    assert "fault f-1 pause on lb-1: on since 10:20:30, is being healed" in late
    assert "search is left out: no Java here" in text
    assert shown(status.table(WELL)).startswith("s (lite) healthy · 1 node ok")


@pytest.mark.parametrize(
    ("was", "now", "made", "said"),
    [
        (2, 3, ["app-3"], "app: 2 → 3 nodes"),
        (3, 2, [], "app: 3 → 2 nodes"),
        (2, 2, ["worker-1"], "app: 2 nodes as before"),
        (
            2,
            2,
            ["app-2"],
            "app: 2 nodes as before; app-2 made again, as somebody had removed it",
        ),
        (
            2,
            3,
            ["app-1", "app-2", "app-3"],
            "app: 2 → 3 nodes; app-1, app-2 made again, as somebody had removed them",
        ),
    ],
)
def test_scale_must_say_how_many_there_are_now_and_which_it_made_again(
    was: int, now: int, made: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["app-1", "app-2", "app-3"]
    done = Up(WELL, 4.0, changed=True, proof=None, url=None)
    screen = Screen(as_json=False, color=False)
    up.scaled(screen, "app", names[:was], names[:now], made, done)
    assert " ".join(capsys.readouterr().err.split()) == f"{said}, all ready in 4s"


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
        ("lag_bytes", 64 * 1024**2, "64mb"), ("age_seconds", 2.1, "2.1s"),
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
    assert found[1] == "fault f-1 pause on lb-1: on since 10:20:30, heals at 10:21:00"
    assert "postgres-2 failing it does not stream" in found
    assert (len(found), found[-1]) == (lines, last), found
    assert ("app 3 nodes ok" in found) is (7 < height < 18)
    assert ("redis-6 primary ok keys 6" in found) is (height in (17, 18)), "somebody leads there"
    assert ("cache 6 nodes ok" in found) is (7 < height < 17)


def test_a_silent_node_on_a_full_machine_must_be_told_with_the_machine() -> None:
    assert status.busy(ILL, 41.0, 2) == (
        "41 processes want one of this machine's 2 processors: nodes may answer too late to be seen"
    )
    assert status.busy(ILL, 1.0, 2) == ""
    assert status.busy(WELL, 41.0, 2) == "", "nobody is silent"


def test_a_node_that_has_just_begun_must_be_starting_not_failing() -> None:
    new = node("redis-1", "failing", "connection refused", starting=True)
    text = shown(status.table(replace(WELL, healthy=False, tiers={"cache": tier(new)})))
    assert "redis-1  starting connection refused" in text
    assert "failing" not in text


def test_inspect_must_show_each_table_numbers_to_the_right_and_an_empty_one_as_none() -> None:
    rows = [{"node": "redis-1", "keys": 5, "used_bytes": 1024}, {"node": "redis-2", "keys": 1234,
             "used_bytes": None}]  # fmt: skip
    text = shown(inspect.tables({"tables": [{"title": "nodes", "rows": rows},
                                            {"title": "clients", "rows": []}]}))  # fmt: skip
    lines = text.splitlines()
    assert lines[0] == "nodes"
    assert lines[1].split() == ["node", "keys", "used"]
    assert lines[2].index("5") + 1 == lines[3].index("1234") + 4
    assert lines[-2:] == ["clients", "  none"]


def test_one_thing_counted_in_two_ways_must_be_told_apart_without_a_second_unit() -> None:
    row = {"lag_bytes": 0, "lag_seconds": 0.0, "used_bytes": 1}
    text = shown(inspect.tables({"tables": [{"title": "nodes", "rows": [row]}]}))
    assert [" ".join(line.split()) for line in text.splitlines()[1:]] == [
        "lag lag time used",
        "0b 0ms 1b",
    ]


def test_inspect_must_never_break_a_name_or_a_number_over_two_lines() -> None:
    row = {"node": "opensearch-1", "messages_unacked": 1234567, "used_bytes": 5 * 1024**3,
           "why": "it has not answered, and " * 8, "leader": "rabbitmq-2"}  # fmt: skip
    text = shown(inspect.tables({"tables": [{"title": "nodes", "rows": [row]}]}))
    for whole in ("opensearch-1", "1234567", "5gb", "rabbitmq-2", "answered,"):
        assert whole in text.split(), text


def test_up_must_say_in_a_pipe_what_changed_and_who_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    console = Console(file=out, width=80)
    with progress(console, quiet=True) as silent:
        silent.stage("build images")
    assert out.getvalue() == ""
    with progress(console, quiet=False) as plain:
        plain.stage("wait for every node")
        for seen in (ILL, ILL, WELL):
            plain.seen(seen, {})
        monkeypatch.setattr("sdctl.terminal.up_progress._SILENT_S", 0.0)
        plain.seen(WELL, {"app-1": "waits for queue", "b-1": "starting", "b-2": "starting"})
    assert [line.split("s ", 1)[1] for line in out.getvalue().splitlines()] == [
        "wait for every node", "  lb ready",
        "  waiting for app-1: waits for queue; b-1, b-2: starting",
    ]  # fmt: skip


def test_while_the_observer_is_made_anew_nothing_must_be_said_of_the_nodes() -> None:
    why = "no observer is running"
    blind = replace(WELL, healthy=False, tiers={"lb": tier(node("lb-1", "unknown", why))})
    waited = {"lb-1": why}
    out = io.StringIO()
    with progress(Console(file=out, width=80), quiet=False, tiers=("database",)) as plain:
        for seen in (WELL, blind, blind, WELL):
            plain.seen(seen, waited if seen is blind else {})
    assert [line.split("s ", 1)[1] for line in out.getvalue().splitlines()] == [
        "  the observer does not answer now: until it does, nothing is known of the other nodes"
    ]


def test_up_must_draw_on_a_terminal_and_leave_its_stages() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, height=25, force_terminal=True, _environ={})
    with progress(console, quiet=False) as live:
        live.stage("build images")
        live.detail("step 3 of 9")
        live.stage("wait for every node")
        live.seen(ILL, {"postgres-2": "it does not stream"})
        console.print(live)  # type: ignore[arg-type]
    assert "postgres-2: it does not stream" in out.getvalue()
    assert "1/2" in out.getvalue()
    left = out.getvalue().rpartition("postgres-2")[2]
    assert "build images" in left
    assert "wait for every node" in left


LONG = "the order is completed, and seen by " + "worker-1 worker-2 worker-3 " * 4


def test_no_line_of_up_or_autoscale_must_break_a_word() -> None:
    out = io.StringIO()
    screen = Screen(as_json=False, color=False)
    screen.out = screen.err = Console(
        file=out, width=80, force_terminal=True, color_system=None, _environ={"TERM": "xterm"}
    )
    step = Proven(tier="worker", what="does it", seen=LONG, took_s=1.0)
    profile: Any = SimpleNamespace(name="lite", left_out={})
    topology: Any = SimpleNamespace(profile=profile, nodes=())
    up.result(screen, Stack("s"), topology, Up(WELL, 1.0, True, Proof((step,)), None))
    settings = AutoscaleSettings(min=1, max=6, targets={"cpu": 60}, up=UP, down=DOWN)
    seen = Observation(at=0.0, current=6, replicas=(), totals={})
    decision = Decision(seen=seen, settings=settings, memory=Memory(), desired=4)
    DecisionLines(screen, "app").done(decision, Outcome(carried_out=False, why_not=LONG))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.split().count("worker-1") for line in lines) == 8, lines


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
