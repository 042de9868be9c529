"""The gateway paused for a known time must cost clients just that, to one probe interval."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sdctl.chaos import outages
from sdctl.chaos.changing import changing
from sdctl.chaos.conduct import conduct
from sdctl.chaos.experiment import SilentSteps
from sdctl.faults.pause import PauseNodes
from sdctl.judge import runs
from sdctl.judge.outage import Outage
from sdctl.load.options import LoadOptions
from sdctl.load.runner import LoadRunner
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.checks.rto import measured
from sdctl.selftest.finding import Finding, Invalid, tried
from sdctl.selftest.live import Live
from sdctl.selftest.workbench import Workbench

_RPS = 25.0
_CONNECTIONS = 4
"""As a service with a small pool would send them. With a connection for each write that waits, all
of a pause's writes arrive at once, share what processor there is, and are all answered late."""


@dataclass(frozen=True, kw_only=True)
class PauseTrial:
    """One pause, in seconds: as it was asked for, as the engine's events have it, and what the
    verdict says. To pause and to let go take the engine some milliseconds each, and within them
    nobody sees when the node stood still: how long it did lies between the first two."""

    asked_s: float
    recorded_s: float
    found: Outage | None

    @property
    def off(self) -> float | None:
        """By how many probe intervals the verdict is off; None: it has no outage."""
        if self.found is None:
            return None
        low, high = sorted((self.asked_s, self.recorded_s))
        return measured(min(max(self.found.seconds, low), high), self.found)

    @property
    def good(self) -> bool:
        """Whether the verdict is right to one probe interval."""
        return self.off is not None and self.off <= 1

    def __str__(self) -> str:
        said = "no outage"
        if self.found is not None:
            said = f"RTO {self.found.seconds:.3f} s ± {self.found.resolution:.3f}"
        return f"paused {self.asked_s:.3f} s, by the engine {self.recorded_s:.3f} s, {said}"


def pause(live: Live, seconds: float) -> PauseTrial:
    """Pause the gateway under load, as `sdctl chaos pause` does."""
    running, fault = live.running, PauseNodes(where="gateway", for_=seconds)
    [node] = (node.name for node in live.snapshot().tiers["gateway"].nodes)
    options = LoadOptions(rps=_RPS, workload="orders", connections=_CONNECTIONS)
    with changing(running.engine, running.stack, "selftest"):
        began = time.time()
        verdict = conduct(running, fault, options, SilentSteps())
    if verdict.facts.interrupted:
        raise KeyboardInterrupt
    result = runs.folder(running.stack, verdict.run).read("result")
    if result is None:
        raise Invalid("somebody else's load began")
    if result["generator"]["saturated"]:
        raise Invalid("requests sent too late")
    recorded_s = running.engine.history(node, paused_since=began).frozen_s
    if recorded_s is None:
        raise Invalid("no events")
    return PauseTrial(asked_s=seconds, recorded_s=recorded_s, found=verdict.timing.outage)


def _paused(workbench: Workbench) -> Finding:
    count, seconds = workbench.durations.pauses, workbench.durations.pause_s
    trials = []
    for number in range(1, count + 1):
        trials.append(tried(lambda: pause(workbench.stack, seconds), workbench.say))
        workbench.say(f"{number} of {count}: {trials[-1]}")
    good = sum(trial.good for trial in trials)
    worst = max(trial.off or 0.0 for trial in trials)
    return Finding(
        expected=f"{count} of {count} within ± 1 interval",
        got=f"{good} of {count}, worst ± {worst:.2f} intervals",
        ok=good == count,
    )


def _sound(workbench: Workbench) -> Finding:
    plan = workbench.stack.plan(_RPS, "4s")
    with LoadRunner(plan) as runner:
        if runner.result(timeout_s=30).saturated:
            raise Invalid("requests sent too late")
    writes = sorted(runner.ledger, key=lambda write: write.sent_at)
    off = measured(0.0, outages.outage_of(writes, writes[len(writes) // 2].sent_at))
    return Finding(
        expected="under 10 intervals",
        got="no outage" if off is None else f"{off:.2f} intervals",
        ok=off is not None and off < 10,
    )


CHECK = Check(
    name="live-pause",
    checker="sdctl.chaos.run.run",
    timed=True,
    variants=(
        Variant(name="gateway paused", prove=_paused),
        Variant(name="nothing paused", prove=_sound, sound=True),
    ),
    live=True,
)
