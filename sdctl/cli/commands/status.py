"""`sdctl status`: every node, its role, its health and the facts that matter."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def status(
    ctx: typer.Context,
    watch: Annotated[
        bool, typer.Option("-w", "--watch", help="Refresh every second; q ends it.")
    ] = False,
) -> None:
    """Show every tier and node: its role, its health, its figures.

    sdctl status
    sdctl status --watch
    sdctl status --json | jq .tiers.database.leader
    """
    context: Context = ctx.obj
    if watch:
        from sdctl.terminal import watch as live
        from sdctl.terminal.status import forms

        live.run(
            context.screen, context.running.snapshot, forms, lambda snapshot: snapshot.to_json()
        )
        return
    with context.screen.working("asking every node"):
        snapshot = context.running.snapshot()
    if context.screen.json:
        context.screen.print_json(snapshot.to_json())
        return
    from sdctl.terminal.status import table

    context.screen.out.print(table(snapshot))


COMMAND = status
