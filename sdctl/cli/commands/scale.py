"""`sdctl scale`: more or fewer nodes of a tier, while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli.context import Context

if TYPE_CHECKING:
    from sdctl.design.profile import Profile
    from sdctl.design.topology import Topology


def scale(
    ctx: typer.Context,
    counts: Annotated[list[str], typer.Argument(metavar="TIER=COUNT...", help="Such as app=5.")],
    timeout: Annotated[
        str, typer.Option(metavar="TIME", help="How long to wait until all nodes are ready.")
    ] = "3m",
) -> None:
    """Change how many nodes a tier has.

    sdctl scale app=5
    sdctl scale app=2 worker=4
    """
    from sdctl.bringup import foresight, lifecycle
    from sdctl.design import agreement
    from sdctl.design.scaling import parsed, without_standby
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.units import time_limit
    from sdctl.terminal import up as view
    from sdctl.terminal.up_progress import progress

    context: Context = ctx.obj
    seconds = parse("--timeout", time_limit, timeout)
    tiers = [tier for tier, _ in parsed(counts)]
    with context.screen.working("looking at what runs"):
        _wanted(context, counts)  # what is wrong is said before anybody waits for the stack
    with context.changing("scale"):
        running, topology = _wanted(context, counts)
        before = agreement.agreed(context.stack.name, running).tiers
        foresight.must_stay(running, topology)
        for line in without_standby(topology, tiers):
            context.screen.tell(f"warning: {line}")
        for tier in tiers:
            if foresight.scaled_by_itself(running, tier, context.engine.abilities):
                context.screen.tell(
                    f"warning: the cluster scales {tier} by load, so it may change it again"
                )
        if context.dry_run:
            context.screen.print_plan(lifecycle.plan(context.engine, topology, running))
            return
        with context.screen.working("comparing that with what runs"):
            changes = context.engine.changes(topology, context.engine.form.render(topology))
        for line in foresight.beside(changes, running, topology):
            context.screen.tell(f"also: {line}")
        with progress(context.screen.err, context.screen.json, tiers=tiers) as shown:
            done = lifecycle.up(context.engine, topology, context.stack, shown, timeout_s=seconds)
    if context.screen.json:
        view.result(context.screen, context.stack, topology, done)
        return
    for tier in tiers:
        was, now = ([node.name for node in of[tier]] for of in (before, topology.tiers))
        view.scaled(context.screen, tier, was, now, changes.created, done)
    view.to_see(context.screen, context.stack, topology, tiers)


def _wanted(context: Context, counts: Sequence[str]) -> tuple[Profile, Topology]:
    """The profile that runs, and the topology with these counts."""
    from sdctl.design import agreement
    from sdctl.design.scaling import overrides

    running = context.running.profile()
    chosen = context.running.profile(overrides(running, counts))
    return running, agreement.agreed(context.stack.name, chosen)


COMMAND = scale
