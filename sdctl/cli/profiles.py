"""`sdctl profiles`: what can be brought up, and every setting of it."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.context import Context


def profiles(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Show this one, defaults filled in.")] = None,
) -> None:
    """List the profiles, or show one as YAML with its defaults filled in.

    sdctl profiles
    sdctl profiles standard > mine.yaml && sdctl up mine.yaml
    """
    import yaml

    from sdctl import profile as loader
    from sdctl.components.component import all_components

    context: Context = ctx.obj
    components = all_components()
    if name is not None:
        value = loader.load(name, components).to_json()
        if context.json:
            context.print_json(value)
        else:
            print(yaml.safe_dump(value, sort_keys=False), end="")
        return
    found = [loader.load(each, components) for each in loader.names()]
    if context.json:
        context.print_json([{"name": p.name, "description": p.description} for p in found])
        return
    for each in found:
        count = len(context.topology(each).nodes)
        print(f"{each.name:<10} {count:>2} nodes  {each.description}")


COMMAND = profiles
