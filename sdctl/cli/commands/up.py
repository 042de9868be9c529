"""`sdctl up`: bring the stack up, or to another shape, and prove it."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def up(
    ctx: typer.Context,
    profile: Annotated[
        str | None, typer.Argument(help="lite, standard, ha, or a .yaml file.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TIER.SETTING=VALUE",
            help="Change a setting. `sdctl profiles standard` shows them all. Repeatable.",
        ),
    ] = None,
    images: Annotated[
        str | None, typer.Option(help="Where images come from: auto, registry or local.")
    ] = None,
    timeout: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="How long to wait for the nodes, from the start of the first."
        ),
    ] = "5m",
    target: Annotated[
        str | None,
        typer.Option(help="What runs the stack: compose or kubernetes.", show_default="compose"),
    ] = None,
    context_: Annotated[
        str,
        typer.Option(
            "--context", metavar="NAME", help="With kubernetes: the context of your kubeconfig."
        ),
    ] = "",
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
            help="With kubernetes, how the gateway is opened: nodeport, loadbalancer, ingress; "
            "none closes it again. Else it is on this machine alone."
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
    from sdctl.targets.opening import usual
    from sdctl.terminal import up as view
    from sdctl.terminal.up_progress import progress

    context: Context = ctx.obj
    options = {"context": context_, "namespace": namespace, "expose": expose}
    exists = bool(context.stack.secrets())
    context.placement = placement.changed(
        context.stack.name, target, options, exists=exists, usual=usual()
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
        count = len(topology.nodes)
        context.screen.tell(
            f"the stack {context.stack.name!r}: {topology.profile.name}, {count} nodes"
        )
        if kept is not None:
            context.screen.tell(
                f"its data are kept, from the profile {kept.name}: they are there again"
            )
        for line in foresight.unused(topology.profile, context.engine.abilities):
            context.screen.tell(f"warning: {line}")
        if lost := foresight.put_back(
            before or kept,
            validation.shipped(before or kept),
            topology.profile,
            [*map(_path, overrides)],
        ):
            # the last that is said before the first change
            context.screen.tell(
                f"warning: what was set for this stack goes back: {', '.join(lost)}. "
                f"`{typed('up', context.stack.name)}`, without a profile, keeps it"
            )
        if context.dry_run:
            context.screen.print_plan(lifecycle.plan(context.engine, topology, before))
            return
        if context.placement is not None:
            placement.keep(context.stack.name, context.placement)
        with progress(context.screen.err, context.screen.json) as shown:
            done = lifecycle.up(context.engine, topology, context.stack, shown, timeout_s=seconds)
    view.result(context.screen, context.stack, topology, done)


def _path(override: str) -> str:
    """``app.replicas`` of ``app.replicas=5``."""
    return override.partition("=")[0].strip()


COMMAND = up
