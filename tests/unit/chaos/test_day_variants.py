"""A game day with several settings: each in turn, and the stack's own back whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from days import LEADER, day
from world import STACK

from sdctl.bringup import lifecycle
from sdctl.chaos import day_variants
from sdctl.chaos.experiment import SilentSteps
from sdctl.design import validation
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import InvalidProfile, NotReady, UsageError
from sdctl.judge import runs
from sdctl.judge.day_part import Steady
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.ledger import Ledger
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.verdict import Verdict
from sdctl.load.announcement import announced
from sdctl.targets.recording import RecordingTarget

TTLS = ("cache.ttl=7s", "cache.ttl=9s")
DAY = day((0.0, LEADER), variants=TTLS)


class Running:
    """A stack of `lite`, whose cache keeps what it has for 5 s."""

    engine = RecordingTarget()
    stack = STACK

    def profile(self, changes: tuple[str, ...] = ()) -> Any:
        return validation.load("lite", changes or ("cache.ttl=5s",))

    def topology(self) -> Topology:
        return expand(STACK.name, self.profile())


@pytest.fixture
def had(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the cache kept things with each setting that the stack was given."""
    given: list[float] = []

    def up(target: Any, topology: Topology, *_: Any, **__: Any) -> None:
        given.append(topology.profile.settings["cache"].model_dump()["ttl"])

    monkeypatch.setattr(lifecycle, "up", up)
    return given


def played(*, interrupted: bool = False) -> DayVerdict:
    whole = Verdict(run="r", facts=RunFacts(interrupted=interrupted))
    return DayVerdict(day="d", seed=0, before=Steady(), after=None, parts=(), whole=whole)


def compare(monkeypatch: pytest.MonkeyPatch, conduct: Callable[..., DayVerdict]) -> Any:
    monkeypatch.setattr(day_variants, "conduct_day", conduct)
    return day_variants.compare(Running(), DAY, SilentSteps())  # type: ignore[arg-type]


@pytest.mark.parametrize("counts", [(1, 3), (5, 3), (3, 5)])
def test_a_setting_that_takes_nodes_away_which_must_stay_must_be_refused_before_anything_is_done(
    had: list[float], monkeypatch: pytest.MonkeyPatch, counts: tuple[int, ...]
) -> None:
    """The queues would stand still, also when the stack gets back what it had."""

    class OfThree(Running):
        def profile(self, changes: tuple[str, ...] = ()) -> Any:
            return validation.load("standard", ("images=local", *changes))

    def conduct(*_: Any, **__: Any) -> DayVerdict:
        pytest.fail("it was played")

    monkeypatch.setattr(day_variants, "conduct_day", conduct)
    its = day((0.0, LEADER), variants=tuple(f"queue.nodes={count}" for count in counts))
    with pytest.raises(UsageError, match=r"queue has \d nodes and cannot have \d") as refused:
        day_variants.compare(OfThree(), its, SilentSteps())  # type: ignore[arg-type]
    assert refused.value.hint == (
        "Nothing was done. Leave queue.nodes out of the variants: after each of them the stack is "
        "changed again, and at last back."
    )
    assert had == []


def test_each_setting_must_have_its_turn_and_the_stack_its_own_back(
    had: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    days = []

    def conduct(running: Any, day: Any, *_: Any, **__: Any) -> DayVerdict:
        days.append(day)
        return played()

    found = compare(monkeypatch, conduct)
    assert [setting for setting, _ in found.verdicts] == [*TTLS]
    assert had == [7.0, 9.0, 5.0]
    assert all(day.variants == () and day.parts == DAY.parts for day in days)


def test_an_interruption_must_end_it_with_the_verdicts_so_far(
    had: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compare(monkeypatch, lambda *_, **__: played(interrupted=True))
    assert len(found.verdicts) == 1
    assert had == [7.0, 5.0]


def test_a_day_that_cannot_be_played_must_give_the_stack_its_own_back(
    had: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: Any, **__: Any) -> DayVerdict:
        raise NotReady("not every node is well")

    with pytest.raises(NotReady):
        compare(monkeypatch, cannot)
    assert had == [7.0, 5.0]


def test_beside_a_load_that_is_sent_already_nothing_must_be_compared(
    had: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One variant's lost writes would be those of every later one too."""
    ledger = Ledger("r1", path=runs.folder(STACK, "r1").ledger)
    ledger.flush()
    with announced(STACK, runs.folder(STACK, "r1").ledger), pytest.raises(UsageError, match="r1"):
        compare(monkeypatch, lambda *_, **__: played())
    ledger.close()
    assert had == []


def test_a_setting_that_cannot_be_must_change_nothing(
    had: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = day((0.0, LEADER), variants=("cache.ttl=7s", "cache.ttl=never"))
    with pytest.raises(InvalidProfile):
        day_variants.compare(Running(), wrong, SilentSteps())  # type: ignore[arg-type]
    assert had == []
