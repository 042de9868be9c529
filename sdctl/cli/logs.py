"""`sdctl logs`: what the nodes print."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.context import Context


def logs(
    ctx: typer.Context,
    where: Annotated[
        str | None, typer.Argument(metavar="TIER|NODE", help="One tier or node; none: all.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Such as 10m.")] = None,
    tail: Annotated[int, typer.Option(help="Lines of each node, without --since.")] = 50,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show the log of a tier or a node, each line with its node's name.

    sdctl logs postgres-1
    sdctl logs app --follow
    sdctl logs --since 5m
    """
    from sdctl import log_lines
    from sdctl.arguments import parse
    from sdctl.units import duration

    context: Context = ctx.obj
    seconds = parse("--since", duration, since) if since else None
    lines = log_lines.read(
        context.engine, where, tail=None if seconds else tail, follow=follow, since_s=seconds
    )
    for node, line in lines:
        if context.json:
            context.print_json({"node": node, "line": line})
        else:
            print(f"{node:<12} {line}", flush=follow)


COMMAND = logs
