"""`sdctl profiles`: what can be brought up, and every setting of it."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def profiles(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Show this profile as YAML.")] = None,
) -> None:
    """List the profiles, or show one with all its settings.

    sdctl profiles
    sdctl profiles standard > mine.yaml && sdctl up mine.yaml
    """
    from sdctl.design import profile as known
    from sdctl.design import validation
    from sdctl.foundation import output
    from sdctl.terminal import profiles as view

    context: Context = ctx.obj
    if name is not None:
        chosen = validation.load(name)
        if context.screen.json:
            context.screen.print_json(chosen.to_json())
        else:
            output.line(view.page(chosen), end="")
        return
    found = [validation.load(name) for name in known.names()]
    if context.screen.json:
        context.screen.print_json([view.summary(profile) for profile in found])
        return
    for profile in found:
        head = f"{profile.name:<10} {view.how_many(profile):<29} "
        context.screen.list_entry(profile.description, head=head)


COMMAND = profiles
