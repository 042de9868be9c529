"""`sdctl up`: bring the stack up, or to another shape, and prove it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli.context import Context
from sdctl.cli.stack_options import CONTEXT, PROFILE, SET

if TYPE_CHECKING:
    from sdctl.design.profile import Profile
    from sdctl.design.topology import Topology


def up(
    ctx: typer.Context,
    profile: PROFILE = None,
    set_: SET = None,
    images: Annotated[
        str | None, typer.Option(metavar="auto|registry|local", help="Where images come from.")
    ] = None,
    timeout: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="How long to wait for the nodes, from the start of the first."
        ),
    ] = "5m",
    target: Annotated[
        str | None,
        typer.Option(
            metavar="compose|kubernetes", help="What runs the stack.", show_default="compose"
        ),
    ] = None,
    context_: CONTEXT = "",
    namespace: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="With kubernetes: the namespace.",
            show_default="sdctl; with --stack NAME sdctl-NAME",
        ),
    ] = "",
    expose: Annotated[
        str,
        typer.Option(
            metavar="WAY",
            help="With kubernetes, how the gateway is opened: nodeport, loadbalancer, ingress; "
            "none closes it again. Else it is on this machine alone.",
        ),
    ] = "",
) -> None:
    """Start the stack. Run it again to change or repair it.

    `up` is done when every node is ready and an order went through all tiers.

    Without a profile it is the one that runs, or the one whose data `down --keep-data` kept. The
    first time it is standard.

      sdctl up lite
      sdctl up --set app.replicas=5 --set cache.eviction=allkeys-lfu
      sdctl --stack b up lite --set gateway.port=8081
      sdctl up lite --target kubernetes --context kind-kind
    """
    from sdctl.bringup import foresight, lifecycle
    from sdctl.design import agreement, validation
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.own_command import typed
    from sdctl.foundation.units import time_limit
    from sdctl.targets import placement
    from sdctl.terminal import up as view
    from sdctl.terminal.up_progress import progress

    context: Context = ctx.obj
    context.placement = context.placed(
        target, {"context": context_, "namespace": namespace, "expose": expose}
    )
    overrides = [*(set_ or []), *([f"images={images}"] if images else [])]
    seconds = parse("--timeout", time_limit, timeout)
    # what is wrong in a profile is said before anything is asked or made
    chosen = validation.load(profile, overrides) if profile else None
    if chosen is None:
        context.running.must_be_known()
        context.running.usual_profile(tuple(overrides))
    with context.changing("up"):
        before = context.running.profile_or_none()
        kept = context.running.kept_profile() if before is None else None
        if chosen is None:
            chosen = context.running.usual_profile(tuple(overrides))
        resolved = validation.heeded(context.resolved(chosen), overrides)
        topology = agreement.agreed(context.stack.name, resolved)
        foresight.must_stay(before or kept, topology)
        _tell(context, topology, before or kept, overrides, kept=kept is not None)
        if context.dry_run:
            context.screen.print_plan(lifecycle.plan(context.engine, topology, before))
            return
        if context.placement is not None:
            placement.keep(context.stack.name, context.placement)
        try:
            with progress(context.screen.err, context.screen.json) as shown:
                done = lifecycle.up(
                    context.engine, topology, context.stack, shown, timeout_s=seconds
                )
        except KeyboardInterrupt:
            left = f"`{typed('down')}` removes it"
            context.screen.tell(f"what was made or changed until now stays; {left}")
            raise
    view.result(context.screen, context.stack, topology, done)
    if before is not None and not context.screen.json:
        tiers = [override.partition(".")[0].strip() for override in overrides]
        view.to_see(context.screen, context.stack, topology, tiers)


def _tell(
    context: Context,
    topology: Topology,
    before: Profile | None,
    overrides: Sequence[str],
    *,
    kept: bool,
) -> None:
    """All that is said before the first change. ``kept``: of ``before`` only the data are there."""
    from sdctl.bringup import foresight
    from sdctl.design import validation
    from sdctl.foundation.own_command import typed

    tell, name, profile = context.screen.tell, context.stack.name, topology.profile
    tell(f"the stack {name!r}: {profile.name}, {len(topology.nodes)} nodes")
    if kept and before is not None:
        tell(f"its data are kept, from the profile {before.name}: they are there again")
    for line in foresight.unused(profile, context.engine.abilities):
        tell(f"warning: {line}")
    asked = [override.partition("=")[0].strip() for override in overrides]
    if lost := foresight.put_back(before, validation.shipped(before), profile, asked):
        tell(
            f"warning: what was set for this stack goes back: {', '.join(lost)}. "
            f"`{typed('up', name)}`, without a profile, keeps it"
        )


COMMAND = up
