"""`sdctl explain`: what a word means."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def explain(
    ctx: typer.Context,
    word: Annotated[
        list[str] | None,
        typer.Argument(help="A tier, a fault, a setting, or any word that sdctl shows."),
    ] = None,
) -> None:
    """Say what a word means, in plain sentences.

    Without a word, list all words.

    sdctl explain database
    sdctl explain kill-leader
    sdctl explain writes stopped for
    sdctl explain cache.ttl
    """
    from sdctl.guide import explaining
    from sdctl.terminal import explain as view

    context: Context = ctx.obj
    screen = context.screen
    if not word:
        groups = explaining.groups()
        if screen.json:
            screen.print_json({"words": groups})
        else:
            screen.out.print(view.listed(groups))
        return
    found = explaining.find(" ".join(word))
    if screen.json:
        screen.print_json({"meanings": [meaning.to_json() for meaning in found]})
    else:
        screen.out.print(view.shown(found, screen.out.width), crop=False)


COMMAND = explain
