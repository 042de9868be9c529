"""The tour through a stand-in for a stack: its promises hold where they should, and break where
they must. That they hold on a real stack is tested with one (tests/e2e)."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
import typer
from rich.console import Console
from toured import ALL, LITE, LongAnswers, Stack

from sdctl.cli.main import all_commands
from sdctl.foundation.errors import NoSuchTarget
from sdctl.guide import tour
from sdctl.guide.tour import Done, Tour
from sdctl.guide.tour_step import Trail
from sdctl.terminal import tour as view


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come is waited for, but not for long."""
    real = tour.waiting.until

    def until(*given: Any, timeout_s: float, every_s: float) -> Any:
        return real(*given, timeout_s=min(timeout_s, 0.02), every_s=0.01)

    monkeypatch.setattr(tour.waiting, "until", until)


def taken(
    tiers: Mapping[str, int], ill: str = "", step: str | None = None
) -> dict[str, list[Done]]:
    stack = Stack(tiers, ill)
    walk = Tour(
        stack, "sdctl", Trail(user="u", nodes=stack.tiers, followers={"database": ("database-2",)})
    )
    return {
        name: [walk.take(act) for act in walk.acts(one)] for name, one in tour.chosen(step).items()
    }


def broken(acts: dict[str, list[Done]]) -> set[str]:
    return {
        name
        for name, dones in acts.items()
        for done in dones
        for _, holds in done.kept
        if not holds
    }


def test_the_tour_must_have_nine_steps_in_order() -> None:
    steps = tour.all_steps()
    assert [step.place for step in steps.values()] == list(range(1, 10))
    assert list(steps) == ["gateway", "lb", "service", "cache", "database", "queue",
                           "notifications", "documents", "observability"]  # fmt: skip


def test_on_a_sound_stack_every_promise_must_hold_and_nothing_be_left_out() -> None:
    acts = taken(ALL)
    assert broken(acts) == set()
    assert [done.left_out for dones in acts.values() for done in dones if done.left_out] == []
    assert all(done.kept for dones in acts.values() for done in dones)


def test_tiers_that_are_off_must_be_said_and_the_rest_shown() -> None:
    acts = taken(LITE)
    assert broken(acts) == set()
    left_out = {
        name: [done.left_out for done in dones if done.left_out] for name, dones in acts.items()
    }
    assert {name: len(why) for name, why in left_out.items() if why} == {
        "documents": 2, "observability": 2}  # fmt: skip
    assert left_out["observability"][0] == (
        "this stack has no tier search. The profiles standard and ha have it."
    )


@pytest.mark.parametrize("name", list(tour.all_steps()))
def test_each_step_must_stand_alone(name: str) -> None:
    assert broken(taken(ALL, step=name)) == set()


@pytest.mark.parametrize(("ill", "steps"), [
    ("open", {"gateway"}), ("counts nothing", {"gateway"}), ("one serves", {"lb"}),
    ("twice", {"service"}),
    ("never cached", {"cache"}), ("two leaders", {"database"}), ("follower behind", {"database"}),
    ("no worker", {"queue"}), ("told twice", {"notifications"}), ("not told", {"notifications"}),
    ("comes again", {"notifications"}), ("event lost", {"documents"}),
    ("no lines", {"observability"}), ("a target is down", {"observability"}),
    ("a node is ill", {"observability"}),
])  # fmt: skip
def test_what_is_not_so_must_break_the_promise_of_its_step_alone(ill: str, steps: set[str]) -> None:
    assert broken(taken(ALL, ill)) == steps


def test_a_step_must_be_found_by_name_and_by_number() -> None:
    assert list(tour.chosen("4")) == list(tour.chosen("Cache")) == ["cache"]
    with pytest.raises(NoSuchTarget) as caught:
        tour.chosen("10")
    assert "4 cache" in caught.value.hint


def test_every_command_that_is_named_must_exist() -> None:
    known = set(all_commands())
    for step in tour.all_steps().values():
        for line in step.more:
            words = line.split()
            assert (words[0], words[1] in known) == ("sdctl", True), line
            # without it the answer is a stream, which has no end
            assert "/notifications" not in line or "poll=1" in line
            group = all_commands()[words[1]]
            if isinstance(group, typer.Typer):
                named = {command.name for command in group.registered_commands}
                assert words[2] in named, line


@pytest.mark.parametrize("name", list(tour.all_steps()))
def test_a_step_must_fit_a_screen_of_35_lines(name: str) -> None:
    """With the longest that a stack's answers are: ids, keys and the stack's own name in full."""
    stack = LongAnswers(ALL)
    walk = Tour(
        stack,
        "newcomer",
        Trail(user="tour-5e41c014", nodes=stack.tiers, followers={"database": ("postgres-2",)}),
    )
    for _, one in itertools.takewhile(lambda pair: pair[0] != name, tour.all_steps().items()):
        for act in walk.acts(one):
            walk.take(act)
    out, step = io.StringIO(), tour.all_steps()[name]
    screen = Console(file=out, width=80, color_system=None)
    screen.print(view.title(step, 9))
    screen.print(view.purpose(step))
    for act in walk.acts(step):
        screen.print(view.command(walk.line(act), walk.plainly(act)))
        screen.print(view.result(walk.take(act)))
    screen.print(view.closing(step, "newcomer", ()))
    assert len(out.getvalue().splitlines()) < 35, out.getvalue()
    tries = out.getvalue().partition("To try: ")[2].splitlines()
    assert all(line.strip().startswith("sdctl --stack newcomer ") for line in tries), tries


def test_what_needs_a_tier_that_is_off_must_not_be_suggested() -> None:
    """As in `lite`, which has no document store."""
    step = tour.all_steps()["documents"]
    assert "sdctl inspect documents" in str(view.closing(step, "sdctl", ()))
    assert not view.closing(step, "sdctl", {"documents"}), "no empty lines come of it"
    last = tour.all_steps()["observability"]
    assert "status --watch" in str(view.closing(last, "sdctl", {"search", "metrics"}))


def test_a_command_must_name_the_stack_and_its_request() -> None:
    stack = Stack(ALL)
    walk = Tour(stack, "b", Trail(user="u", nodes=stack.tiers, followers={"database": ()}))
    steps = tour.all_steps()
    first = steps["gateway"].acts
    assert walk.line(first[0]) == "sdctl --stack b curl GET '/v1/orders?user_id=u' --no-key"
    assert "-H 'X-API-Key: k'" in walk.plainly(first[1])
    assert walk.left_out(steps["database"].acts[1]) == "the database has no follower."


@pytest.mark.parametrize(
    ("typed", "asked", "goes_on"),
    [
        ("\n", 1, True), ("q\n", 1, False), (" Q \n", 1, False), ("", 1, False),
        ("help\n\n", 2, True), ("sdctl status\nx\nq\n", 3, False), ("x", 2, False),
    ],
)  # fmt: skip
def test_only_enter_must_go_on_and_what_else_is_typed_be_answered(
    typed: str, asked: int, goes_on: bool
) -> None:
    out = io.StringIO()
    console = Console(file=out, width=120)
    assert view.goes_on(console, io.StringIO(typed), "step 2, the balancer") is goes_on
    assert out.getvalue().count("Enter: step 2, ") == asked
    assert out.getvalue().count("The tour takes only Enter, or q to end.") == asked - 1


def test_what_is_said_of_an_interruption_must_begin_a_line() -> None:
    class Interrupted(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:
            raise KeyboardInterrupt

    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        view.goes_on(Console(file=out, width=120), Interrupted(), "step 2")
    assert out.getvalue().endswith("\n")


@pytest.mark.parametrize(
    ("height", "typed", "wanted", "asked"),
    [(40, "", True, 0), (24, "\n", True, 1), (24, "q\n", False, 1), (12, "\n\n\n", True, 3)],
)
def test_what_is_longer_than_the_screen_must_not_push_its_beginning_off(
    height: int, typed: str, wanted: bool, asked: int
) -> None:
    """The title stays in sight; nobody has to scroll up for what a step is for."""
    out = io.StringIO()
    console = Console(file=out, width=80, height=height, force_terminal=True, no_color=True)
    shown = view.Screenful(console, io.StringIO(typed), view.title(tour.all_steps()["lb"], 9))
    parts = ["\n".join(f"{part} {line}" for line in range(8)) for part in "abcd"]
    assert all(shown.show(part) for part in parts) is wanted
    screens = out.getvalue().split("\x1b[2J")
    assert len(screens) == 1 + asked - (not wanted)
    assert all("2 of 9" in screen and screen.count("\n") < height for screen in screens)
    assert out.getvalue().count("Enter: the rest of this step") == asked


def test_what_a_command_gives_must_not_be_on_a_screen_without_it() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, height=24, force_terminal=True, no_color=True)
    shown = view.Screenful(console, io.StringIO("\n\n"), "the title")
    for name in ("first", "second"):
        assert shown.command(f"$ {name}")
        assert shown.show("\n".join(f"{name} {line}" for line in range(15)))
    screens = out.getvalue().split("\x1b[2J")
    assert len(screens) == 2
    assert "$ second" in screens[1]
    assert "$ first" not in screens[1]


def test_the_inbox_must_be_told_by_the_order_that_it_is_about() -> None:
    stack = LongAnswers(ALL)
    walk = Tour(stack, "s", Trail(user="u", nodes=stack.tiers, followers={"database": ()}))
    told = [says for act in walk.acts(tour.all_steps()["notifications"])
            for says, _ in walk.take(act).kept]  # fmt: skip
    assert f"the order {walk.trail.order_id}: there is one notification" in told[1]


def test_a_setting_must_be_named_only_where_its_tier_is_on() -> None:
    told = [says for acts in taken(LITE).values() for done in acts for says, _ in done.kept]
    assert told
    assert [says for says in told if "`collector." in says] == []
