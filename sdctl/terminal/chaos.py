"""A fault on the terminal: its steps as they happen, then the verdict's card."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sdctl import loading
from sdctl.addresses import addresses
from sdctl.chaos import healing
from sdctl.chaos import run as chaos
from sdctl.context import Context
from sdctl.errors import UsageError, VerdictFalse, VerdictUnknown
from sdctl.faults.fault import Fault, FaultPlan
from sdctl.ledger import Ledger
from sdctl.load.runner import LoadRunner
from sdctl.units import format_duration
from sdctl.verdict import Verdict

_LONGEST = "30m"
_COLOUR = {"pass": "green", "fail": "red", "unknown": "yellow"}


def conduct(context: Context, fault: Fault, *, rps: float) -> None:
    """Plan, inject, watch, heal, judge; exits 8 or 9 where the verdict deserves that."""
    components = context.components()
    for overdue in healing.sweep(context.engine, context.stack):
        context.err.print(f"{overdue.id} was overdue and is healed")
    plan = fault.plan(context.snapshot(), components)
    if context.dry_run:
        for operation in plan.inject:
            context.engine.apply(operation)
        context.show_plan()
        return
    if on := context.active_faults():
        raise UsageError(
            f"{on[0]['id']} {on[0]['kind']} is on", hint="Wait, or `sdctl chaos heal --all` first."
        )
    with ExitStack() as exits:
        say = _sayer(context, exits)
        verdict = chaos.run(
            chaos.Experiment(
                engine=context.engine,
                stack=context.stack,
                components=components,
                fault=fault,
                say=say,
            ),
            plan,
            _load(context, rps, components[plan.tier].workload, exits),
        )
    path = context.stack.history / "faults" / f"verdict-{verdict.fault.id}.json"
    path.write_text(json.dumps(verdict.to_json()))
    _show(context, plan, verdict)


def _sayer(context: Context, exits: ExitStack) -> Callable[[str], None]:
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
    # writes only: the question is when they stop, and each one tells
    wish = loading.Wish(rps=rps, duration=_LONGEST, workload=workload)
    plan = loading.make_plan(wish, where["gateway_url"], {"X-API-Key": where["api_key"]})
    ledger = Ledger(plan.run, path=loading.ledger_path(context.stack, plan))
    runner = exits.enter_context(LoadRunner(plan, ledger=ledger))
    return loading.OwnLoad(runner, plan.run)


def _show(context: Context, plan: FaultPlan, verdict: Verdict) -> None:
    code = {"pass": 0, "fail": VerdictFalse.code, "unknown": VerdictUnknown.code}[verdict.judgement]
    if context.json:
        context.print_json(verdict.to_json())
    else:
        context.out.print(card(plan, verdict))
    raise typer.Exit(code)


def card(plan: FaultPlan, verdict: Verdict) -> RenderableType:
    """Everything measured, on one card; what was not says so."""
    grid = Table.grid(padding=(0, 2))
    for name, value in _rows(plan, verdict):
        grid.add_row(Text(name, style="dim"), value)
    word = Text(verdict.judgement.upper(), style=f"bold {_COLOUR[verdict.judgement]}")
    title = f"{verdict.fault.id} {verdict.fault.kind} {plan.how or ''} {plan.target}"
    return Panel(Group(word, grid), title=title, title_align="left", width=80)


def _rows(plan: FaultPlan, verdict: Verdict) -> list[tuple[str, str]]:
    rows = []
    if plan.leader_before:
        after = verdict.leader_after or "not known"
        rows.append(("leader", f"{plan.leader_before} → {after}"))
    if verdict.outage is None:
        rows.append(("writes stopped", "not measured: they did not come back, or none was sent"))
    else:
        took = format_duration(verdict.outage.seconds)
        grain = format_duration(verdict.outage.resolution)
        rows.append(("writes stopped for", f"{took} (one write each {grain})"))
    if verdict.load is None:
        rows.append(("requests", "not measured: another sdctl sends the load"))
    else:
        load = verdict.load
        rows.append(
            ("requests", f"{load.sent} sent, {load.ok} ok, {load.failed} failed, "
                         f"{load.unknown} without an answer")
        )  # fmt: skip
    writes = verdict.writes
    if writes is None:
        rows.append(("writes", "not measured: they could not be read back"))
        return rows
    rows += [
        ("acknowledged", str(writes.acknowledged)),
        ("  of them lost", _some(writes.lost)),
        ("unknown", f"{writes.unknown}, of which {len(writes.recovered)} were done after all"),
        ("refused", f"{writes.refused}, of which {len(writes.broken_promises)} were done anyway"),
        ("duplicated", _some(writes.duplicated)),
        ("not notified", _some(writes.undelivered + writes.unfinished)),
        ("notified twice", _some(writes.notified_twice)),
        ("stale reads", "not measured"),
    ]
    return rows


def _some(keys: tuple[str, ...]) -> str:
    shown = ", ".join(keys[:3])
    return f"{len(keys)}: {shown}{' …' if len(keys) > 3 else ''}" if keys else "0"
