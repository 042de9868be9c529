"""`sdctl compare`: two benches or two loads, and which differences are more than chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli.context import Context


def compare(
    ctx: typer.Context,
    a: Annotated[Path, typer.Argument(metavar="A.json", help="The baseline.")],
    b: Annotated[Path, typer.Argument(metavar="B.json", help="What is held against it.")],
    seed: Annotated[int, typer.Option(help="Of the resampling behind the intervals.")] = 0,
) -> None:
    """Compare two benches, or two loads: each figure on both sides, the difference with its 95 %
    interval, and in words whether it can be told from chance.

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
