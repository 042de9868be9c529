"""`sdctl down`: leave nothing behind."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def down(
    ctx: typer.Context,
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Keep the data, the passwords and the settings.")
    ] = False,
) -> None:
    """Remove the stack and everything it made.

    sdctl down
    sdctl down --keep-data     the next `up` makes the same stack, with its data
    """
    from sdctl.bringup import lifecycle
    from sdctl.state import observation
    from sdctl.terminal.removed import networks, summary

    context: Context = ctx.obj
    if context.dry_run:
        context.engine.remove(keep_data=keep_data)
        context.show_plan()
        return
    with context.stack.lock("down"), context.screen.err.status("removing"):
        removed = lifecycle.down(context.engine, context.stack, keep_data=keep_data)
        kept = keep_data and observation.keeps_data(context.engine)
    name = context.stack.name
    for line in networks(removed):
        context.screen.tell(line)
    if context.screen.json:
        names, left = list(removed.names), list(removed.left)
        context.screen.print_json({"stack": name, "removed": names, "left": left})
        return
    context.screen.tell(summary(name, removed, observation.is_down(name) if kept else None))


COMMAND = down
