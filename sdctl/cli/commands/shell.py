"""`sdctl shell`: a tier's own client, where the data is."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def shell(
    ctx: typer.Context,
    where: Annotated[str, typer.Argument(metavar="TIER|NODE", help="database, redis-2 …")],
    command: Annotated[
        list[str] | None, typer.Argument(help="Run this one command (after --).")
    ] = None,
) -> None:
    """Open a tier's own client, or run one command in it.

    If the tier has a leader, the client runs there.

    sdctl shell database                       psql on the leader
    sdctl shell cache -- DBSIZE                redis-cli
    sdctl shell queue -- list_queues name      rabbitmqctl
    sdctl shell documents -- 'db.events.find({"kind": "click"}).limit(3)'
    """
    from sdctl.state.shells import resolve
    from sdctl.targets.operations import Attach

    context: Context = ctx.obj
    node, words = resolve(
        context.running.snapshot(), context.running.components(), where, tuple(command or ())
    )
    code = context.engine.apply(Attach(node=node, command=words)).code
    if context.dry_run:
        context.show_plan()
    raise typer.Exit(code)


COMMAND = shell
