"""A fault on the terminal: its steps as they happen, then the verdict's card."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import typer
from rich.text import Text

from sdctl import loading, runs
from sdctl.addresses import addresses
from sdctl.chaos import run as chaos
from sdctl.context import Context
from sdctl.errors import UsageError, VerdictFalse, VerdictUnknown
from sdctl.faults.fault import Fault
from sdctl.ledger import Ledger
from sdctl.load.runner import LoadRunner
from sdctl.terminal.verdict import card
from sdctl.verdict import Verdict

_LONGEST = "30m"


def conduct(context: Context, fault: Fault, *, rps: float) -> None:
    """One fault with its verdict's card; exits 8 or 9 where the verdict deserves that."""
    if context.dry_run:
        for operation in fault.plan(context.snapshot(), context.components()).inject:
            context.engine.apply(operation)
        context.show_plan()
        return
    show(context, once(context, fault, rps=rps))


def once(context: Context, fault: Fault, *, rps: float) -> Verdict:
    """Plan, inject, watch, heal, judge; the verdict is also written into the run's folder."""
    components = context.components()
    plan = fault.plan(context.snapshot(), components)
    if on := context.active_faults():
        raise UsageError(
            f"{on[0]['id']} {on[0]['kind']} is on", hint="Wait, or `sdctl chaos heal --all` first."
        )
    with ExitStack() as exits:
        verdict = chaos.run(
            chaos.Experiment(
                engine=context.engine,
                stack=context.stack,
                profile=context.running_profile(),
                components=components,
                fault=fault,
                say=sayer(context, exits),
            ),
            plan,
            _load(context, rps, components[plan.tier].workload, exits),
        )
    runs.folder(context.stack, verdict.run).write("verdict", verdict.to_json())
    return verdict


def sayer(context: Context, exits: ExitStack) -> Callable[[str], None]:
    """Says each step to people: one line each, on a terminal with a live last one."""
    if context.json:
        return lambda text: None
    if not context.err.is_terminal:
        return lambda text: context.err.print(text, soft_wrap=True)
    status = exits.enter_context(context.err.status("starting"))

    def say(text: str) -> None:
        context.err.print(Text.assemble(("· ", "cyan"), text))
        status.update(text)

    return say


def _load(context: Context, rps: float, workload: str, exits: ExitStack) -> chaos.Writing:
    if (other := loading.running(context.stack)) is not None:
        return other
    where = addresses(context.topology(context.running_profile()), context.stack.secrets())
    if where["gateway_url"] is None:
        raise loading.no_gateway()
    # mostly writes: the question is when they stop, and each one tells
    wish = loading.Wish(rps=rps, duration=_LONGEST, workload=workload)
    plan = loading.make_plan(wish, where["gateway_url"], {"X-API-Key": where["api_key"]})
    folder = runs.folder(context.stack, plan.run)
    profile, engine = context.running_profile(), context.engine
    folder.write("run", runs.manifest("chaos", plan, context.stack, profile, engine))
    ledger = Ledger(plan.run, path=folder.ledger)
    runner = exits.enter_context(LoadRunner(plan, ledger=ledger, on_tick=folder.note))
    return loading.OwnLoad(runner, folder)


def show(context: Context, verdict: Verdict) -> None:
    """Print a verdict and end with its exit code."""
    code = {"pass": 0, "fail": VerdictFalse.code, "unknown": VerdictUnknown.code}[verdict.judgement]
    if context.json:
        context.print_json(verdict.to_json())
    else:
        context.out.print(card(verdict))
    raise typer.Exit(code)
