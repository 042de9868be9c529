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
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write here.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="tier.setting=value; may be repeated.")
    ] = None,
) -> None:
    """Write the files of a stack; without -o print the compose file.

    sdctl render lite -o ./bundle && cd bundle && docker compose up
    """
    from sdctl import profile as profiles
    from sdctl.bundle.render import render as render_bundle
    from sdctl.components.component import all_components
    from sdctl.errors import UsageError
    from sdctl.stack import write_secrets

    context: Context = ctx.obj
    topology = context.topology(profiles.load(profile, all_components(), set_ or []))
    bundle = render_bundle(topology)
    if out is None:
        print(bundle.files["compose.yml"], end="")
        return
    if out.exists() and any(out.iterdir()) and not (out / "compose.yml").is_file():
        raise UsageError(
            f"{out} is not empty and holds no bundle", hint="Name a new or an empty folder."
        )
    write_secrets(out, topology.secrets, {})
    bundle.write(out)
    if context.json:
        context.print_json({"folder": str(out), "files": sorted([*bundle.files, ".env"])})
    else:
        context.err.print(f"{len(bundle.files) + 1} files in {out}", soft_wrap=True)


COMMAND = render
