"""`sdctl doctor`: what stands in a stack's way on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context
from sdctl.cli.stack_options import CONTEXT, PROFILE, SET


def doctor(
    ctx: typer.Context,
    profile: PROFILE = None,
    set_: SET = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="compose|kubernetes",
            help="What is to run the stack.",
            show_default="the stack's",
        ),
    ] = None,
    context_: CONTEXT = "",
) -> None:
    """Check whether this machine can run a stack. What is in the way gets a command that mends it.

    Changes nothing. `sdctl up` looks at the same things before it creates anything. Ends with 1
    when something would keep the stack from coming up.

    Without a profile, the one that runs is looked at. The first time it is standard.

      sdctl doctor
      sdctl doctor lite --set gateway.port=8081
      sdctl doctor --target kubernetes --context kind-kind
    """
    from sdctl.bringup.doctor.visit import visit
    from sdctl.design import validation
    from sdctl.terminal import doctor as view

    context: Context = ctx.obj
    overrides = tuple(set_ or ())
    chosen = validation.load(profile, overrides) if profile else None
    place = context.placed(target, {"context": context_})
    with context.screen.working("looking at this machine and at what runs the stacks"):
        found = visit(context.stack, chosen, overrides, place)
    view.show(context.screen, found)
    if found.examination.of("failure"):
        raise typer.Exit(1)


COMMAND = doctor
