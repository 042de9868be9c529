"""A fault, or a game day, with its load and its records: where ``sdctl chaos`` and every trial of a
bench begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest

from sdctl.chaos import preparation, run
from sdctl.chaos.experiment import Experiment, RunningLoad, Steps
from sdctl.chaos.gameday import claims, play
from sdctl.chaos.gameday.game_day import GameDay
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import LOAD_S, FaultPlan
from sdctl.foundation.digits import plain
from sdctl.foundation.errors import NotNow, SdctlError, TargetRefused
from sdctl.foundation.units import write_duration
from sdctl.judge import runs
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.verdict import Verdict
from sdctl.load import announcement
from sdctl.load.options import LoadOptions
from sdctl.load.recorded import recorded
from sdctl.load.to_stack import plan_to_stack
from sdctl.state.running import Running
from sdctl.targets.recording import questions

_TICK_S = 0.5
"""How often the load tells what became of its requests: how finely reads in an outage are told."""


def check(running: Running, faults: Iterable[Fault], called: Iterable[str] = ()) -> None:
    """What this stack could never do is said before anybody asks whether it is free. Raises
    ``NoSuchTarget`` or ``UsageError``, with what is wrong with the others. What only is not
    so at this moment, while another command works on the stack, is left to who gets it then.
    ``called``: of each fault what its message begins with, where there are several."""
    seen, components = running.snapshot(), running.components()
    errors: list[SdctlError] = []
    for fault, name in zip_longest(faults, called):
        try:
            with _about(name):
                fault = fault.pinned(seen, components, questions(running.engine))
                preparation.planned(running.engine, fault, seen, components)
        except (NotNow, TargetRefused):  # a node that is gone, or away, can be asked nothing
            continue
        except SdctlError as error:
            errors.append(error)
    if errors:
        errors[0].details += tuple(error.message for error in errors[1:])
        raise errors[0]


def conduct(
    running: Running, fault: Fault, options: LoadOptions, steps: Steps, *, anyway: bool = False
) -> Verdict:
    """Plan, inject, watch, heal, judge; the verdict is also written into the run's folder.

    For who holds the stack (``changing.py``). ``options``: the load beside the fault, where none is
    sent already; it ends with the fault. ``anyway``: also where a node is not well.
    """
    seen, components = running.snapshot(), running.components()
    fault = fault.pinned(seen, components, running.engine.apply)
    plan = preparation.planned(running.engine, fault, seen, components)
    preparation.await_wellness(running.snapshot, steps.now, anyway=anyway)
    preparation.tried(running.engine, plan)
    usual = replace(options, workload=options.workload or components[plan.tier].workload)
    with _beside(running, usual, steps) as load:
        verdict = run.run(_experiment(running, fault, steps), plan, load)
        runs.folder(running.stack, load.run).keep_verdict(verdict.to_json())
    return verdict


def conduct_day(
    running: Running, day: GameDay, steps: Steps, *, anyway: bool = False
) -> DayVerdict:
    """The same of a game day. Each fault must be able to begin in the stack as it is now; whom it
    hits is decided when its time has come."""
    components = running.components()
    plans = planned(running, day)
    for warned in claims.too_near(day, plans):
        steps.say(f"warning: {warned}")
    for plan in plans:
        preparation.tried(running.engine, plan)
    preparation.await_wellness(running.snapshot, steps.now, anyway=anyway)
    options = LoadOptions(
        rps=day.rps, workload=day.workload or components[plans[0].tier].workload, seed=day.seed
    )
    with _beside(running, options, steps, day=day.name) as load:
        verdict = play.play(_experiment(running, day.parts[0].fault, steps), day, load)
        runs.folder(running.stack, load.run).keep_verdict(verdict.to_json())
    return verdict


def planned(running: Running, day: GameDay) -> list[FaultPlan]:
    """What each fault of a day would do to the stack as it is now. Raises ``NoSuchTarget`` or
    ``UsageError``."""
    seen, components = running.snapshot(), running.components()
    plans = []
    for part, name in zip(day.parts, day.titles(), strict=True):
        with _about(name):
            plans.append(preparation.planned(running.engine, part.fault, seen, components))
    return plans


@contextmanager
def _about(name: str | None) -> Iterator[None]:
    """Errors that say of which of several faults they are."""
    try:
        yield
    except SdctlError as error:
        error.message = f"{name}: {error.message}" if name else error.message
        raise


def _experiment(running: Running, fault: Fault, steps: Steps) -> Experiment:
    return Experiment(
        engine=running.engine,
        stack=running.stack,
        profile=running.profile(),
        components=running.components(),
        fault=fault,
        steps=steps,
    )


@contextmanager
def _beside(
    running: Running, options: LoadOptions, steps: Steps, *, day: str | None = None
) -> Iterator[RunningLoad]:
    """The load that is sent already, or one of our own."""
    if (other := announcement.running(running.stack)) is not None:
        yield other
        return
    plan = plan_to_stack(replace(options, duration=write_duration(LOAD_S)), running)
    steps.say(f"sdctl sends the load: {plain(options.rps)} rps of the workload {options.workload}")
    plan = replace(plan, tick_s=_TICK_S)
    with recorded("chaos", plan, running.stack, running, day=day) as load:
        yield load
