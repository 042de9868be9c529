"""`sdctl render`: the bundle, usable with plain Docker Compose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.context import Context


def render(
    ctx: typer.Context,
    profile: Annotated[
        str, typer.Argument(help="lite, standard, ha, or a .yaml file.")
    ] = "standard",
    out: Annotated[str | None, typer.Option("-o", "--out", help="Write here.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="tier.setting=value; may be repeated.")
    ] = None,
) -> None:
    """Write the files of a stack; without -o print the compose file.

    sdctl render lite -o ./bundle && cd bundle && docker compose up
    """
    from sdctl import dotenv
    from sdctl import profile as profiles
    from sdctl.bundle import folder
    from sdctl.bundle.render import render as render_bundle
    from sdctl.components.component import all_components
    from sdctl.errors import UsageError

    context: Context = ctx.obj
    if out == "":
        raise UsageError("-o names no folder", hint="For example: sdctl render lite -o ./bundle")
    topology = context.topology(profiles.load(profile, all_components(), set_ or []))
    bundle = render_bundle(topology)
    if out is None:
        print(bundle.files["compose.yml"], end="")
        return
    place = Path(out)
    folder.check(place, bundle.files)
    files = sorted([*bundle.files, dotenv.NAME, folder.MARKER])
    if not context.dry_run:
        # first: this makes the folder one that render made
        folder.write(place, bundle.files)
        dotenv.write(place, topology.secrets, dotenv.read(place))
    if context.json:
        context.print_json({"folder": out, "files": files})
    else:
        would = "would be " if context.dry_run else ""
        context.err.print(f"{len(files)} files {would}in {out}", soft_wrap=True, markup=False)


COMMAND = render
