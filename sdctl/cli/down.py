"""`sdctl down`: leave nothing behind."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.context import Context


def down(
    ctx: typer.Context,
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Keep the volumes and the passwords.")
    ] = False,
) -> None:
    """Remove every container, network and volume of the stack, its secrets and its lock.

    sdctl down
    sdctl down --keep-data     the next up finds its data again
    """
    from sdctl.bringup import lifecycle

    context: Context = ctx.obj
    if context.dry_run:
        context.engine.remove(keep_data=keep_data)
        context.show_plan()
        return
    with context.stack.lock("down"), context.err.status("removing"):
        removed = lifecycle.down(context.engine, context.stack, keep_data=keep_data)
    if context.json:
        context.print_json({"stack": context.stack.name, "removed": list(removed)})
    elif removed:
        context.err.print(f"{context.stack.name} is down: {len(removed)} things removed")
    else:
        context.err.print(f"nothing of {context.stack.name} was there")


COMMAND = down
