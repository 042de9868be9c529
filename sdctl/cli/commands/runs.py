"""`sdctl runs`: what was measured so far."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def runs(
    ctx: typer.Context,
    limit: Annotated[str, typer.Option(metavar="COUNT", help="How many, the last first.")] = "20",
) -> None:
    """List the runs and their verdicts.

    A line also says for how long writes stopped, and which fault, game day or load it was. Where
    the machine was full, so that times do not count, it has a mark. The runs stay when the stack
    goes. `sdctl report` and `sdctl verdict` take an id from here.

    sdctl runs
    sdctl runs --limit 100
    """
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.own_command import typed
    from sdctl.foundation.units import at_least_one
    from sdctl.judge import run_list
    from sdctl.state import fault_records
    from sdctl.terminal.runs import table

    context: Context = ctx.obj
    most = parse("--limit", at_least_one, limit)
    rows, more = run_list.listed(context.stack, fault_records.all_records(context.stack), most)
    if context.screen.json:
        context.screen.print_json([row.to_json() for row in rows])
        return
    if not rows:
        context.screen.tell(f"no runs yet: `{typed('load')}` makes one")
        return
    context.screen.out.print(table(rows, context.screen.out.width))
    if more:
        context.screen.tell(f"and {more} more: `{typed(f'runs --limit {len(rows) + more}')}`")


COMMAND = runs
