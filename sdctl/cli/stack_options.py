"""Options of all commands that say what a stack is to be."""

from __future__ import annotations

from typing import Annotated

import typer

PROFILE = Annotated[str | None, typer.Argument(help="lite, standard, ha, or a .yaml file.")]
SET = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="TIER.SETTING=VALUE",
        help="Change a setting. `sdctl profiles standard` shows them all. Repeatable.",
    ),
]
CONTEXT = Annotated[
    str,
    typer.Option(
        "--context", metavar="NAME", help="With kubernetes: the context of your kubeconfig."
    ),
]
