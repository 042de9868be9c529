"""An autoscaler's decisions, a line each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sdctl.bringup.autoscale_loop import AutoscaleLoop
from sdctl.bringup.autoscaler import Outcome
from sdctl.design.autoscaling import cost
from sdctl.design.autoscaling.decision import Decision
from sdctl.design.autoscaling.explanation import explanation
from sdctl.design.autoscaling.replay import Replayed, document
from sdctl.foundation.errors import Interrupted
from sdctl.foundation.units import after_start, counted, format_duration
from sdctl.terminal.prose import Prose, say
from sdctl.terminal.screen import Screen

_UNDER = " " * 10
"""Below the text, beside the time."""


def headline(what: str, decision: Decision) -> str:
    """``app 3 → 5  CPU 84% of 60% → …``."""
    count = f"{decision.current} → {decision.desired}"
    if decision.desired == decision.current:
        count = f"{decision.current}"
    return f"{what} {count:<7} {explanation(decision)}"


@dataclass(frozen=True)
class DecisionLines:
    """Of one tier, as they are made and carried out."""

    screen: Screen
    tier: str

    def decided(self, decision: Decision) -> None:
        """For people at once: carrying it out takes a while."""
        if not self.screen.json:
            at = time.strftime("%H:%M:%S", time.localtime(decision.at))
            self._say(f"{at}  ", headline(self.tier, decision))

    def done(self, decision: Decision, outcome: Outcome) -> None:
        """What became of it; with ``--json`` the whole document."""
        if self.screen.json:
            self.screen.print_json(
                document(
                    decision,
                    explanation(decision),
                    tier=self.tier,
                    carried_out=outcome.carried_out,
                    why_not=outcome.why_not,
                )
            )
        elif outcome.why_not:
            self._say(_UNDER, f"not carried out: {outcome.why_not}")
        elif outcome.carried_out:
            more = decision.desired > decision.current
            what = "started" if more else "drained and gone"
            count = abs(decision.desired - decision.current)
            self._say(_UNDER, f"{count} {what} in {format_duration(outcome.seconds)}")

    def _say(self, head: str, text: str) -> None:
        say(self.screen.out, Prose(text, head=head, indent=len(_UNDER)))


def ended(tier: str, loop: AutoscaleLoop) -> Interrupted:
    """What a loop came to that was ended from outside, and how to go back."""
    lasted = format_duration(round(time.monotonic() - loop.began))
    cut_off = loop.carrying_out
    counts = f"{counted(loop.decisions, 'decision')}, {counted(loop.changes, 'change')}"
    if loop.now == loop.first:
        replicas, back = f"{loop.first}", ""
    else:
        replicas = f"{loop.first} → {loop.now}"
        back = f" `sdctl scale {tier}={loop.first}` goes back."
    stays = f"{tier} stays as it is."
    if cut_off is not None and cut_off.desired != cut_off.current:
        stays = (
            f"The change to {cut_off.desired} was cut off: `sdctl scale {tier}={cut_off.desired}` "
            "finishes it."
        )
    return Interrupted(f"after {lasted}: {counts}, {tier} {replicas}", hint=f"{stays}{back}")


def replayed(screen: Screen, made: Sequence[Replayed]) -> None:
    """Each decision, and how many are not as they were recorded."""
    start = made[0].decision.at if made else 0.0
    for replayed in made:
        decision = replayed.decision
        if screen.json:
            screen.print_json(document(decision, explanation(decision), recorded=replayed.recorded))
            continue
        other = replayed.recorded not in (None, decision.desired)
        said = headline("", decision) + (f"  (recorded: {replayed.recorded})" if other else "")
        at = after_start(decision.at - start)
        say(screen.out, Prose(said, head=f"{at:>8}  ", indent=len(_UNDER)))
    if not screen.json:
        screen.err.print(_summary(made))


def _summary(made: Sequence[Replayed]) -> str:
    recorded = [replay for replay in made if replay.recorded is not None]
    others = sum(replay.recorded != replay.decision.desired for replay in recorded)
    changes = sum(replay.decision.desired != replay.decision.current for replay in made)
    said = f"{counted(len(made), 'decision')}, of which {changes} change the count"
    if recorded:
        said += f"; {others} differ from what was recorded"
    spent = cost.of([replay.decision for replay in made])
    if not spent.all:
        return said
    return (
        f"{said}\n{spent.all:,.0f} replica-seconds: the load did not ask for {spent.spare:,.0f} of "
        f"them, and lacked {spent.lacking:,.0f} more"
    )
