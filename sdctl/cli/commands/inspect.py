"""`sdctl inspect`: the live inside of a tier."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sdctl.cli.context import Context


def inspect(
    ctx: typer.Context,
    tier: Annotated[str, typer.Argument(help="gateway, lb, app, cache, database, queue …")],
    watch: Annotated[
        bool, typer.Option("-w", "--watch", help="Refresh every second; q ends it.")
    ] = False,
) -> None:
    """Show what is inside a tier.

    For example sessions, keys, slots, replication, queues or pools.

    sdctl inspect cache
    sdctl inspect queue --watch
    """
    from sdctl.design.absent_tier import no_tier
    from sdctl.foundation.errors import NotReady
    from sdctl.state import merging, observation

    context: Context = ctx.obj

    def look() -> Any:
        containers = context.running.nodes()
        tiers = {container.tier for container in containers}
        if tier not in tiers:
            raise no_tier(tier, tiers, left_out=merging.left_out_of(containers))
        try:
            observer = observation.observer_of(containers, context.stack)
            return observer.ask(f"/inspect/{tier}")
        except observation.ObserverAway as away:
            raise NotReady(str(away), hint="`sdctl up` repairs it.") from None

    from sdctl.terminal.inspect import tables

    if watch:
        from sdctl.terminal import watch as live

        live.run(context.screen, look, lambda value: [tables(value)], lambda value: value)
        return
    value = look()
    if context.screen.json:
        context.screen.print_json(value)
    else:
        context.screen.out.print(tables(value))


COMMAND = inspect
