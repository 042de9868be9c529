"""`sdctl logs`: what the nodes print."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli import values
from sdctl.cli.context import Context
from sdctl.foundation import output

if TYPE_CHECKING:
    from sdctl.state.logs.search import Line, Wanted
    from sdctl.targets.target import Instance


def logs(
    ctx: typer.Context,
    where: Annotated[
        str | None, typer.Argument(metavar="TIER|NODE", help="A tier or a node. Default: all.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Only lines with these: level:error AND tier:app."),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            metavar="debug|info|warn|error|fatal",
            help="Only lines of this level, or a graver one.",
        ),
    ] = None,
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="The lines of one request, in order.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only lines that are not older, such as 10m.")
    ] = None,
    tail: Annotated[
        int | None,
        typer.Option(
            parser=values.at_least_one,
            metavar="NUMBER",
            help="How many lines. Default: 50 a node, 500 in a search.",
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Also show new lines, until Ctrl-C.")
    ] = False,
) -> None:
    """Show the log of a tier or a node, or search all logs.

    sdctl logs postgres-1
    sdctl logs app --follow
    sdctl logs database --level error
    sdctl logs --search 'level:error AND tier:app' --since 10m
    sdctl logs --request 7c9c958d-8975-4feb-a2c9-738246c9f0cd
    """
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.units import duration
    from sdctl.state.logs import lines as log_lines
    from sdctl.state.logs.search import Wanted, from_level

    context: Context = ctx.obj
    seconds = None
    if since is not None:
        seconds = min(parse("--since", duration, since), time.time())  # no line is older than 1970
    if level is not None:
        search = parse("--level", partial(from_level, search=search), level)
    if search or request:
        wanted = Wanted(
            search=search, request=request, where=where, since_s=seconds, limit=tail or 500
        )
        _search(context, wanted, follow)
        return
    tiers = {instance.node: instance.tier for instance in context.running.nodes()}
    lines = log_lines.read(
        context.engine,
        where,
        tail=tail or (None if seconds else 50),
        follow=follow,
        since_s=seconds,
    )
    for node, line in lines:
        _show(context, [log_lines.parsed(node, tiers.get(node, ""), line)])
        output.check(flush=follow)


def _search(context: Context, wanted: Wanted, follow: bool) -> None:
    from sdctl.design.absent_tier import no_tier
    from sdctl.state import merging

    containers = context.running.nodes()
    nodes = {container.node: container.tier for container in containers}
    if wanted.where is not None and wanted.where not in {*nodes, *nodes.values()}:
        raise no_tier(wanted.where, nodes.values(), nodes, merging.left_out_of(containers))
    if "search" in nodes.values():
        _search_tier(context, wanted, containers, follow)
    else:
        _search_nodes(context, wanted, containers, follow)


def _search_nodes(
    context: Context, wanted: Wanted, containers: Sequence[Instance], follow: bool
) -> None:
    from sdctl.design.absent_tier import how_to_have
    from sdctl.state import merging
    from sdctl.state.logs import search as log_search

    where = how_to_have("search", merging.left_out_of(containers))
    context.screen.tell(log_search.without_tier(wanted, where, follow=follow))
    if follow:
        _follow(context, log_search.follow_nodes(context.engine, wanted))
        return
    found, total = log_search.in_nodes(context.engine, wanted)
    _show(context, found)
    if total > len(found):  # those of a quiet tier may be the ones that are left out
        _tell_cut(context, len(found), total)
        return
    looked = [container.tier for container in containers]
    context.screen.tell(log_search.where_found(wanted, found, looked, _silence(context, wanted)))


def _tell_cut(context: Context, shown: int, total: int) -> None:
    context.screen.err.print(f"the newest {shown} of {total} lines; more: --tail, less: --since")


def _search_tier(
    context: Context, wanted: Wanted, containers: Sequence[Instance], follow: bool
) -> None:
    from sdctl.foundation.errors import NotReady
    from sdctl.state import observation
    from sdctl.state.logs import search as log_search

    try:
        observer = observation.observer_of(containers, context.stack)
        if follow:
            _follow(context, log_search.follow(observer, wanted))
            return
        lines, total = log_search.search(observer, wanted)
    except observation.ObserverAway as away:
        raise NotReady(
            f"the logs cannot be searched now: {away}",
            hint="`sdctl logs TIER` reads a tier's logs. `sdctl inspect search` says more.",
        ) from None
    _show(context, lines)
    if total > len(lines):
        _tell_cut(context, len(lines), total)
    elif not lines:
        why = _silence(context, wanted)
        told = "no line; new ones can be found after about 5 s"
        context.screen.tell(f"{told}; {why}" if why else told)
    elif wanted.request:
        looked = [container.tier for container in containers]
        context.screen.tell(log_search.where_found(wanted, lines, looked))


def _follow(context: Context, lines: Iterable[Line]) -> None:
    for line in lines:
        _show(context, [line])
        output.check()


def _silence(context: Context, wanted: Wanted) -> str:
    """Why there may be no line of the request that is wanted."""
    from sdctl.components._collector import silence

    profile = context.running.profile_or_none() if wanted.request else None
    return silence(profile.settings) if profile is not None else ""


def _show(context: Context, lines: list[Line]) -> None:
    from sdctl.terminal import log

    for line in lines:
        if context.screen.json:
            context.screen.print_json(dict(line))
        else:
            context.screen.out.print(log.line(line), soft_wrap=True)


COMMAND = logs
