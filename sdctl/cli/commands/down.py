"""`sdctl down`: leave nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
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
    from sdctl.foundation.own_command import typed

    context: Context = ctx.obj
    if context.dry_run:
        context.engine.remove(keep_data=keep_data)
        context.show_plan()
        return
    with context.stack.lock("down"), context.screen.err.status("removing"):
        removed = lifecycle.down(context.engine, context.stack, keep_data=keep_data)
    for network, inside in removed.left.items():
        context.screen.tell(_stays(network, inside))
    if context.screen.json:
        names, left = list(removed.names), list(removed.left)
        context.screen.print_json({"stack": context.stack.name, "removed": names, "left": left})
    elif removed.names and keep_data:
        context.screen.err.print(
            f"{context.stack.name} is down: {len(removed.names)} things removed. Its data and its "
            f"settings are kept: `{typed('up', context.stack.name)}` brings it back as it was"
        )
    elif removed.names:
        context.screen.err.print(
            f"{context.stack.name} is down: {len(removed.names)} things removed"
        )
    else:
        context.screen.err.print(f"nothing of {context.stack.name} was there")


def _stays(network: str, inside: Sequence[str]) -> str:
    if inside:
        return f"the network {network} stays: {', '.join(inside)} is in it"
    return (
        f"the network {network} stays: it is said to be in use, but nobody is in it. What runs the "
        "stack lost count. The next `sdctl up` takes the network over"
    )


COMMAND = down
