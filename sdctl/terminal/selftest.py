"""The selftest on the terminal: its progress, then what each variant came to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

import typer
from rich.table import Table
from rich.text import Text

from sdctl.cli.context import Context
from sdctl.foundation.errors import NoSuchTarget, SdctlError, VerdictFalse, VerdictUnknown, no_such
from sdctl.selftest.bench import FULL, QUICK, Bench
from sdctl.selftest.checks.check import Check, all_checks
from sdctl.selftest.live import Live, live
from sdctl.selftest.run import Row, run
from sdctl.terminal.steps import Steps

WIDTHS = (15, 20, 20, 20, 1)
"""Of the table's columns, in characters: 80 with what is between them."""


def conduct(
    context: Context, names: Sequence[str], *, offline: bool, on_stack: bool, full: bool
) -> None:
    """Run the chosen checks and show them; exits 8 when one is not as expected, 9 when one
    could not be told."""
    checks = _chosen(names)
    stack = None if offline else _stack(context, demanded=on_stack or _only_live(names, checks))
    checks = [each for each in checks if not (each.live and stack is None)]
    if on_stack:
        checks = [each for each in checks if each.live]
    if context.dry_run:
        _show_plan(context, checks)
        return
    began = time.monotonic()
    with ExitStack() as exits:
        bench = Bench(pace=FULL if full else QUICK, say=Steps(context, exits).say, live=stack)
        rows = list(run(checks, bench))
    _show(context, rows, time.monotonic() - began, without_stack=stack is None)


def _chosen(names: Sequence[str]) -> list[Check]:
    known = {each.name: each for each in all_checks()}
    for name in names:
        if name not in known:
            raise no_such("check", name, known)
    return [each for name, each in known.items() if not names or name in names]


def _only_live(names: Sequence[str], checks: Sequence[Check]) -> bool:
    return bool(names) and all(each.live for each in checks)


def _stack(context: Context, *, demanded: bool) -> Live | None:
    """The running stack; where none is demanded, None with the reason said."""
    try:
        return live(context)
    except SdctlError as why:
        if demanded:
            raise
        hint = f" {why.hint}" if isinstance(why, NoSuchTarget) else ""
        context.err.print(f"without the live part: {why.message}.{hint}", soft_wrap=True)
        return None


def _show_plan(context: Context, checks: Sequence[Check]) -> None:
    lines = [f"{each.name}: {variant.name}" for each in checks for variant in each.variants]
    context.print_plan(lines)


def _show(context: Context, rows: Sequence[Row], seconds: float, *, without_stack: bool) -> None:
    busy = sum(row.finding.busy for row in rows)
    wrong = sum(not row.finding.ok for row in rows) - busy
    if context.json:
        context.print_json(
            {
                "passed": not wrong and not busy,
                "wrong": wrong,
                "too_busy": busy,
                "live": not without_stack,
                "seconds": round(seconds, 1),
                "checks": [row.to_json() for row in rows],
            }
        )
    else:
        context.out.print(table(rows))
        context.out.print(f"{said(len(rows), wrong, busy)}, {seconds:.0f} s")
    if wrong or busy:
        raise typer.Exit(VerdictFalse.code if wrong else VerdictUnknown.code)


def said(count: int, wrong: int, busy: int) -> str:
    """What all of them come to."""
    parts = [f"{wrong} of {count} not as expected"] if wrong else []
    if busy:
        parts.append(f"{busy} of {count} could not be told: the machine was too busy")
    return "; ".join(parts) or f"all {count} as expected"


def table(rows: Sequence[Row]) -> Table:
    """A line each, within 80 columns; a sound system is set apart by its sign."""
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for heading, width in zip(("check", "variant", "expected", "got", ""), WIDTHS, strict=True):
        made.add_column(heading, width=width, overflow="fold")
    name = ""
    for row in rows:
        mark = _mark(row)
        made.add_row(
            row.check.name if row.check.name != name else "",
            f"{'' if row.variant.sound else '! '}{row.variant.name}",
            row.finding.expected,
            row.finding.got,
            mark,
        )
        name = row.check.name
    return made


def _mark(row: Row) -> Text:
    if row.finding.busy:
        return Text("?", style="bold yellow")
    return Text("✓", style="green") if row.finding.ok else Text("✗", style="bold red")
