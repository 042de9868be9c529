"""A game day's file: what it may say, and every problem at once, with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sdctl.chaos.gameday import day_file
from sdctl.chaos.gameday.day_figures import STEADY
from sdctl.chaos.gameday.game_day import SteadyState
from sdctl.cli.completion_values import VALUES
from sdctl.cli.fault_options import default_as_text
from sdctl.components.component import all_components
from sdctl.faults.fail_messages import FailMessages
from sdctl.faults.fault import all_faults, fields_of
from sdctl.faults.from_texts import made, name_of
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation.errors import InvalidProfile, NoSuchTarget, UsageError
from sdctl.foundation.units import duration
from sdctl.load.assertions import parse

WHOLE = """
description: two at once
seed: 7
load: {rps: 50, workload: mixed}
steady:
  for: 2s
  assert: [p99 < 1s, "failed = 0"]
faults:
  - fault: kill-leader
    at: 1m10s
    tier: cache
    how: crash
    for: 5s
  - fault: fail-messages
    rate: 30%
assert:
  - rto<5s
  - lost=0
  - error_rate<1%
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return str(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InvalidProfile) as caught:
        day_file.load(written(tmp_path, text))
    assert caught.value.code == 2
    assert "Nothing was broken" in caught.value.hint
    return [str(problem) for problem in caught.value.problems]


def test_a_file_must_become_faults_in_the_order_of_their_times(tmp_path: Path) -> None:
    day = day_file.load(written(tmp_path, WHOLE))
    assert [(part.at_s, part.fault) for part in day.parts] == [
        (0.0, FailMessages(rate=0.3)),
        (70.0, KillLeader(tier="cache", how="crash", for_=5.0)),
    ]
    assert (day.name, day.seed, day.rps, day.workload) == ("mine", 7, 50.0, "mixed")
    assert day.steady.for_s == 2.0
    assert [assertion.metric for assertion in day.steady.assertions] == ["p99", "failed"]
    assert [(a.metric, a.sign, a.limit) for a in day.assertions] == [
        ("rto", "<", 5000.0), ("lost", "=", 0.0), ("error_rate", "<", 0.01),
    ]  # fmt: skip


def test_every_problem_must_be_told_at_once_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """seed: many
colour: red
load: {rps: -1, workload: tea}
steady:
  for: 1h
  assert: [rto<5s, fast]
faults:
  - fault: kill-leader
    at: later
    how: politely
    whom: me
  - fault: melt
  - kill-leader
  - fault: kill-leader
    tier: gateway
  - fault: pause
    at: 2h
    for: [1, 2]
assert: [lost=0ms, rto<5]
""",
    )
    assert [problem.split(":")[0] for problem in found] == [
        "line 1, seed", "line 2, colour", "line 3, load.rps", "line 3, load.workload",
        "line 5, steady.for", "line 6, steady, assertion 1", "line 6, steady, assertion 2",
        "line 9, fault 1, at", "line 10, fault 1, how", "line 11, fault 1, whom",
        "line 12, fault 2, fault", "line 13, fault 3", "line 15, fault 4, tier",
        "line 17, fault 5, at", "line 18, fault 5, for", "line 19, assertion 1",
        "line 19, assertion 2",
    ]  # fmt: skip


def test_a_workload_for_a_strangers_service_must_be_no_days(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "load: {workload: get}\nfaults: [{fault: kill-leader}]\n")
    assert problem.startswith("line 1, load.workload: no such workload")


def test_every_problem_of_one_fault_must_have_its_own_line_in_the_files_words(
    tmp_path: Path,
) -> None:
    found = problems(
        tmp_path,
        """faults:
  - fault: slow
    latency: 6s
    jitter: 7s
    for: 2h
    colour: red
""",
    )
    assert found == [
        "line 3, fault 1, latency: must be from 1ms to 5s, not 6s",
        "line 4, fault 1, jitter: is 7s, more than the latency, 6s. A packet cannot arrive before "
        "it is sent.",
        "line 5, fault 1, for: must be from 10s to 30m, not 2h",
        "line 6, fault 1, colour: slow has no such option; there is: where, for, seed, "
        "latency, jitter",
    ]


def test_whom_no_stack_has_must_be_a_mistake_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """faults:
  - fault: pause
    where: database:boss
  - fault: flush-cache
    where: cash:leader
  - {fault: pause, where: database:postgres-2}
  - {fault: pause, where: cache:owner-of=k}
""",
    )
    assert [problem.split(".")[0] for problem in found] == [
        "line 3, fault 1, where: there is no target 'boss'",
        "line 5, fault 2, where: there is no tier 'cash'",
    ]


def test_what_can_be_asserted_must_be_said_once(tmp_path: Path) -> None:
    found = problems(tmp_path, "faults: [{fault: pause}]\nassert: [fast, lost=0ms, rto<5]\n")
    assert ["error_rate<1%" in problem for problem in found] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("- fault: pause", "the top level must be a mapping"),
        ("seed: 1", "faults: must be a list"),
        ("faults: []", "faults: must be a list"),
        ("faults: [{fault: pause, fault: pause}]", "is there twice"),
        ("faults: &a [{fault: pause}]\nassert: *a", "alias"),
        ("faults: [{fault: pause}]\nassert: lost=0", "assert: must be a list"),
        ("faults: [{fault: pause}]\nload: 5", "load: must be a mapping"),
        ("faults: [", "not YAML"),
        ("faults: [{fault: pause}]\nvariants: [app.replicas=2]", "variants: must be a list of two"),
        ("faults: [{fault: pause}]\nvariants: [app.x=2, tea=1]", "variant 1: 'app.x=2': no such"),
        ("faults: [{fault: pause}]\nvariants: [app.x=2, tea=1]", "variant 2: 'tea=1': "),
        ("faults:\n" + "  - fault: pause\n" * 51, "more than 50"),
    ],
)
def test_what_is_no_game_day_must_be_told(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in problem for problem in problems(tmp_path, text))


def test_an_unknown_name_must_be_answered_with_what_there_is() -> None:
    with pytest.raises(NoSuchTarget) as caught:
        day_file.load("doomsday")
    assert all(name in caught.value.hint for name in day_file.names())
    with pytest.raises(NoSuchTarget):
        day_file.load("nowhere.yaml")


def test_three_game_days_must_ship_each_with_a_steady_state_and_assertions() -> None:
    days = [day_file.load(name) for name in day_file.names()]
    assert len(days) >= 3
    for day in days:
        assert day.description
        assert day.steady.assertions
        assert day.assertions
    assert set(VALUES["run day"]("s")) == set(day_file.names())


def test_a_seed_must_choose_and_the_same_one_the_same(tmp_path: Path) -> None:
    day = day_file.load(written(tmp_path, WHOLE))
    assert day.seeded() == day.seeded(7)
    assert day.seeded(8).seed == 8


@pytest.mark.parametrize("kind", sorted(all_faults()))
def test_every_fault_must_be_made_from_its_options_by_name(kind: str) -> None:
    """As a file writes them: each default as text gives the default again."""
    fault = all_faults()[kind]
    nothing, wrong = made(fault, {})
    assert (nothing, wrong) == (fault(), {})
    _, wrong = made(fault, {"no-such": "1"})
    assert all(name_of(field) in wrong["no-such"] for field in fields_of(fault))
    plain = {name_of(field): default_as_text(field) for field in fields_of(fault)}
    again, wrong = made(fault, plain)
    assert (again, wrong) == (fault(), {})


def test_an_equals_sign_must_compare_as_two_do() -> None:
    one, two = parse("ok=5", STEADY), parse("ok==5", STEADY)
    assert [one.compare(5.0), one.compare(6.0), one.compare(None)] == [True, False, None]
    assert replace(one, sign="==", expr=two.expr) == two
    assert SteadyState().assertions == ()


def test_the_page_must_say_each_kinds_least_and_greatest_time() -> None:
    components, rows = all_components(), set[str]()
    for line in (Path(__file__).parents[3] / "docs" / "gamedays.md").read_text().splitlines():
        names, *bounds = [cell.strip() for cell in line.strip("|").split("|")]
        if len(bounds) != 2 or bounds[1].rpartition(" ")[2] not in ("min", "h"):
            continue
        least, most = (duration(text.replace(" ", "").replace("min", "m").replace("above0", "1ms"))
                       for text in bounds)  # fmt: skip
        for kind in names.replace("`", "").split(", "):
            rows.add(kind)
            for good in (least, most):
                all_faults()[kind](for_=good).check(components)
            for bad in (most + 1, least - 0.0011):
                with pytest.raises(UsageError):
                    all_faults()[kind](for_=bad).check(components)
    assert rows == set(all_faults())
