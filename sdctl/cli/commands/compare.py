"""`sdctl compare`: two benches or two loads, and which differences are more than chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli import values
from sdctl.cli.context import Context


def compare(
    ctx: typer.Context,
    a: Annotated[Path, typer.Argument(metavar="A.json", help="The first file.")],
    b: Annotated[Path, typer.Argument(metavar="B.json", help="The file to compare with it.")],
    seed: Annotated[
        int,
        typer.Option(
            parser=values.seed,
            metavar="NUMBER",
            help="For the random samples behind the intervals.",
        ),
    ] = 0,
) -> None:
    """Compare two benches, or two loads.

    It shows each figure of both, and the difference with its 95% interval. It says whether the
    difference can be chance.

    sdctl bench failover --out ttl30.json
    sdctl compare ttl30.json ttl20.json
    sdctl load --duration 2m --out before.json
    sdctl compare before.json after.json
    """
    from sdctl.judge.comparison import compare as compared
    from sdctl.judge.sample import read
    from sdctl.terminal.compare import shown

    context: Context = ctx.obj
    comparison = compared(read(a), read(b), seed=seed)
    if context.screen.json:
        context.screen.print_json(comparison.to_json())
    else:
        context.screen.out.print(shown(comparison))


COMMAND = compare
