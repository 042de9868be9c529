"""A fault on the terminal: its steps as they happen, then the verdict's card."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace

import typer

from sdctl.chaos import preparation
from sdctl.chaos import run as chaos
from sdctl.chaos.experiment import Experiment, Writing
from sdctl.chaos.samples import Sampler
from sdctl.cli.context import Context
from sdctl.faults.fault import Fault
from sdctl.foundation.errors import Interrupted, VerdictFalse, VerdictUnknown
from sdctl.judge import runs
from sdctl.judge.ledger import Ledger
from sdctl.judge.verdict import Verdict
from sdctl.load import manifest, request
from sdctl.load.runner import LoadRunner
from sdctl.state.addresses import addresses
from sdctl.terminal.steps import Steps
from sdctl.terminal.verdict import card

_LONGEST = "30m"
_TICK_S = 0.5
"""How often the load tells what became of its requests: how finely reads in an outage are told."""


def conduct(context: Context, fault: Fault, *, rps: float, anyway: bool = False) -> None:
    """One fault with its verdict's card; exits 8 or 9 where the verdict deserves that."""
    if context.dry_run:
        for operation in fault.plan(context.snapshot(), context.components()).inject:
            context.engine.apply(operation)
        context.show_plan()
        return
    show(context, once(context, fault, rps=rps, anyway=anyway))


def once(context: Context, fault: Fault, *, rps: float, anyway: bool = False) -> Verdict:
    """Plan, inject, watch, heal, judge; the verdict is also written into the run's folder."""
    components = context.components()
    with context.changing(f"chaos {fault.kind}"), ExitStack() as exits:
        steps = Steps(context, exits)
        plan = preparation.planned(fault, components, context.snapshot, anyway=anyway)
        load = _load(context, rps, components[plan.tier].workload, exits)
        folder = runs.folder(context.stack, load.run)
        verdict = chaos.run(
            Experiment(
                engine=context.engine,
                stack=context.stack,
                profile=context.running_profile(),
                components=components,
                fault=fault,
                say=steps.say,
                now=steps.now,
                look_on=Sampler(folder.see, time.time),
            ),
            plan,
            load,
        )
        folder.write("verdict", verdict.to_json())
    return verdict


def _load(context: Context, rps: float, workload: str, exits: ExitStack) -> Writing:
    if (other := request.running(context.stack)) is not None:
        return other
    where = addresses(context.topology(context.running_profile()), context.stack.secrets())
    if where["gateway_url"] is None:
        raise request.no_gateway()
    # mostly writes: the question is when they stop, and each one tells
    wish = request.Wish(rps=rps, duration=_LONGEST, workload=workload)
    plan = request.make_plan(wish, where["gateway_url"], {"X-API-Key": where["api_key"]})
    plan = replace(plan, tick_s=_TICK_S)
    folder = runs.folder(context.stack, plan.run)
    profile, engine = context.running_profile(), context.engine
    folder.write("run", manifest.manifest("chaos", plan, context.stack, profile, engine))
    ledger = Ledger(plan.run, path=folder.ledger)
    runner = exits.enter_context(LoadRunner(plan, ledger=ledger, on_tick=folder.note))
    return request.OwnLoad(runner, folder)


def show(context: Context, verdict: Verdict) -> None:
    """Print a verdict and end with its exit code."""
    if context.json:
        context.print_json(verdict.to_json())
    else:
        context.out.print(card(verdict, folder=runs.folder(context.stack, verdict.run).path))
    if verdict.course.interrupted:
        raise Interrupted("interrupted and healed; the figures are those so far")
    code = {"pass": 0, "fail": VerdictFalse.code, "unknown": VerdictUnknown.code}[verdict.judgement]
    raise typer.Exit(code)
