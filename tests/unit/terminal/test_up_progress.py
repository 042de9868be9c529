"""`up` as it goes, on a terminal and in a pipe."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from snapshots import ILL, WELL, node, tier

from sdctl.bringup.autoscaler import Outcome
from sdctl.bringup.canary import Proof, Proven
from sdctl.bringup.lifecycle import Up
from sdctl.design.autoscaling.decision import Decision
from sdctl.design.autoscaling.observed import Memory, Observation
from sdctl.design.autoscaling.settings import DOWN, UP, AutoscaleSettings
from sdctl.design.topology import Topology
from sdctl.state.stack import Stack
from sdctl.terminal import up
from sdctl.terminal.autoscale import DecisionLines
from sdctl.terminal.screen import Screen
from sdctl.terminal.up_progress import progress

Make = Callable[..., Topology]


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
    assert " ".join(capsys.readouterr().err.split()) == f"{said}, all ready in 4 s"


@pytest.mark.parametrize(
    ("changed", "said"),
    [(True, "is up: 14 nodes ready in 4 s"),
     (False, "is up already: 14 nodes ready; the command took 4 s")],
)  # fmt: skip
def test_the_time_of_an_up_that_changed_nothing_must_not_be_that_of_the_nodes(
    changed: bool, said: str, capsys: pytest.CaptureFixture[str], topology_of: Make
) -> None:
    done = Up(WELL, 4.0, changed=changed, proof=None, url=None)
    up.result(Screen(as_json=False, color=False), Stack("b"), topology_of("lite"), done)
    assert f"b (lite) {said}" in " ".join(capsys.readouterr().err.split())


def test_who_changed_a_tier_must_be_told_what_shows_the_effect(
    topology_of: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for each tier that has figures; the observer has none, and documents are off."""
    screen = Screen(as_json=False, color=False)
    tiers = ["app", "cache", "app", "observer", "documents", "images"]
    up.to_see(screen, Stack("b"), topology_of("lite"), tiers)
    assert " ".join(capsys.readouterr().err.split()) == (
        "To see the effect: `sdctl --stack b inspect app`, `sdctl --stack b inspect cache`"
    )
    up.to_see(screen, Stack("b"), topology_of("lite"), ["images"])
    assert capsys.readouterr().err == ""


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
        monkeypatch.setattr("sdctl.terminal.up_progress.SILENT_S", 0.0)
        plain.seen(WELL, {"app-1": "waits for queue", "b-1": "starting", "b-2": "starting"})
    assert [line.split(" s  ", 1)[1] for line in out.getvalue().splitlines()] == [
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
    assert [line.split(" s  ", 1)[1] for line in out.getvalue().splitlines()] == [
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
    proof = Proof((step,), ("Not proven: that metrics counts it.",))
    up.result(screen, Stack("s"), topology, Up(WELL, 1.0, True, proof, None))
    assert "Not proven: that metrics counts it." in out.getvalue()
    settings = AutoscaleSettings(min=1, max=6, targets={"cpu": 60}, up=UP, down=DOWN)
    seen = Observation(at=0.0, current=6, replicas=(), totals={})
    decision = Decision(seen=seen, settings=settings, memory=Memory(), desired=4)
    DecisionLines(screen, "app").done(decision, Outcome(carried_out=False, why_not=LONG))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.split().count("worker-1") for line in lines) == 8, lines
