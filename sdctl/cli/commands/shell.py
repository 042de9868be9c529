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
    sdctl shell database -- 'SELECT count(*) FROM orders'
    sdctl shell cache -- DBSIZE                words for redis-cli
    sdctl shell queue -- list_queues name      words for rabbitmqctl
    sdctl shell documents -- 'db.events.find({"kind": "click"}).limit(3)'
    sdctl shell search -- '_cat/indices?v'     a path, which is read
    sdctl shell metrics -- up                  a query for Prometheus
    sdctl shell gateway -- 'show info'         a command for HAProxy
    sdctl shell app -- python3 --version       a program, with its words
    """
    from sdctl.state.shells import note, resolve
    from sdctl.targets.operations import Attach

    context: Context = ctx.obj
    node, words = resolve(
        context.running.snapshot(), context.running.components(), where, tuple(command or ())
    )
    if said := note(node, words, where):
        context.screen.err.print(said)
    code = context.engine.apply(Attach(node=node, command=words)).code
    if context.dry_run:
        context.show_plan()
    raise typer.Exit(code)


COMMAND = shell
