"""A game day that is played once with each of several settings, for a comparison side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from sdctl.bringup import foresight, lifecycle
from sdctl.bringup.progress import Silent
from sdctl.chaos.conduct import conduct_day
from sdctl.chaos.experiment import Steps
from sdctl.chaos.gameday.game_day import GameDay
from sdctl.design import agreement
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.judge.day_comparison import DayComparison
from sdctl.judge.day_verdict import DayVerdict
from sdctl.load import announcement
from sdctl.state.running import Running
from sdctl.state.snapshot import Snapshot

_READY_S = 300.0


def compare(running: Running, day: GameDay, steps: Steps, *, anyway: bool = False) -> DayComparison:
    """Give the stack each setting in turn, play the day, and give it back what it had, whatever
    happens. For who holds the stack. Interrupted, it ends with the verdicts so far."""
    announcement.check_none(running.stack, "a game day with variants")
    before, becoming = running.topology(), shapes(running, day)
    without_variants = replace(day, variants=())
    found: list[tuple[str, DayVerdict]] = []
    try:
        for change, topology in becoming:
            steps.say(f"the stack with {change}")
            _become(running, topology, steps)
            found.append((change, conduct_day(running, without_variants, steps, anyway=anyway)))
            if found[-1][1].whole.facts.interrupted:
                break
    finally:
        steps.say("the stack as it was before")
        _become(running, before, steps)
    return DayComparison(day=day.name, seed=day.seed, verdicts=tuple(found))


def shapes(running: Running, day: GameDay) -> list[tuple[str, Topology]]:
    """What each setting makes of the stack. Raises ``InvalidProfile`` for one that cannot be, and
    ``UsageError`` where one, or the way back, would take away nodes that must stay."""
    if not day.variants:
        return []
    name, before = running.stack.name, running.topology()
    becoming = [
        (change, agreement.agreed(name, running.profile((change,)))) for change in day.variants
    ]
    for was, then in pairwise([before, *(topology for _, topology in becoming), before]):
        for tier, _, why in foresight.too_few(was.profile, then):
            raise UsageError(
                why,
                hint=f"Nothing was done. Leave {tier}.nodes out of the variants: after each of "
                "them the stack is changed again, and at last back.",
            )
    return becoming


def _become(running: Running, topology: Topology, steps: Steps) -> None:
    lifecycle.up(running.engine, topology, running.stack, _Told(steps), timeout_s=_READY_S)


class _Told(Silent):
    """What happens meanwhile, told as what is so within the step."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def stage(self, name: str) -> None:
        self._steps.now(name)

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        if waiting:
            self._steps.now(f"waiting for {', '.join(waiting)}")
