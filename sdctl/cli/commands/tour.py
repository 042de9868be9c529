"""`sdctl tour`: one request through the architecture, part by part."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli.context import Context

if TYPE_CHECKING:
    from sdctl.guide.tour import Done, Tour
    from sdctl.guide.tour_step import TourStep
    from sdctl.terminal.tour import Screenful


def tour(
    ctx: typer.Context,
    step: Annotated[
        str | None, typer.Argument(help="One step, by name or number. Default: all.")
    ] = None,
) -> None:
    """Follow one request through the architecture, part by part.

    Each step says what the part is for, gives a command, and shows what really came. What to look
    at is checked; exit code 8: something was not as the tour says. On a terminal Enter goes on, and
    q with Enter ends. A tier that is off is named, and left out.

    sdctl tour
    sdctl tour cache
    sdctl tour | less
    """
    from sdctl.foundation.errors import VerdictFalse
    from sdctl.guide import live_stack
    from sdctl.guide.tour import Tour, chosen
    from sdctl.state.entrance import Entrance

    context: Context = ctx.obj
    steps = chosen(step)
    with Entrance(*context.running.way_in()) as entrance:
        toured = live_stack.LiveStack(context.running, entrance)
        walk = Tour(toured, context.stack.name, live_stack.begin(context.running))
        if context.dry_run:
            context.screen.print_plan([f"{step.place} {step.title}" for step in steps.values()])
            return
        taken = _walk(context, walk, steps)
    if context.screen.json:
        context.screen.print_json(
            {
                "steps": [
                    {
                        "step": name,
                        "place": steps[name].place,
                        "title": steps[name].title,
                        "acts": [done.to_json() for done in acts],
                    }
                    for name, acts in taken.items()
                ]
            }
        )
    if broken := [
        f"{name}: {says}"
        for name, acts in taken.items()
        for done in acts
        for says, holds in done.kept
        if not holds
    ]:
        raise VerdictFalse(
            f"{len(broken)} of the tour's sentences did not hold",
            hint="`sdctl status` shows whether a part is broken or a fault is on.",
            details=broken,
        )


def _walk(context: Context, walk: Tour, steps: dict[str, TourStep]) -> dict[str, list[Done]]:
    """Take the steps, show each, and on a terminal wait for Enter between two of them."""
    from sdctl.foundation import output
    from sdctl.guide.tour import all_steps
    from sdctl.terminal import tour as view
    from sdctl.terminal.console import lively

    screen, total = context.screen, len(all_steps())
    asks = not screen.json and lively(screen.out) and sys.stdin.isatty()
    taken: dict[str, list[Done]] = {}
    for number, (name, step) in enumerate(steps.items(), start=1):
        taken[name] = []
        if screen.json:
            taken[name] += map(walk.take, walk.acts(step))
            continue
        if asks and number > 1:
            screen.out.clear()
        shown = view.Screenful(screen.out, sys.stdin if asks else None, view.title(step, total))
        if not _step(context, walk, step, shown, taken[name]):
            break
        output.check()
        if asks and number < len(steps):
            following = list(steps.values())[number]
            words = f"step {following.place}, {following.title}"
            if not view.goes_on(screen.out, sys.stdin, words):
                break
    return taken


def _step(
    context: Context, walk: Tour, step: TourStep, shown: Screenful, taken: list[Done]
) -> bool:
    """Take a step and show it. Whether the reader wants more."""
    from sdctl.components.component import all_components
    from sdctl.terminal import tour as view

    told: set[str] = set()
    if not shown.show(view.purpose(step)):
        return False
    for act in walk.acts(step):
        line = walk.line(act)
        if line and not shown.command(view.command(line, walk.plainly(act))):
            return False
        done = walk.take(act)
        taken.append(done)
        if done.left_out not in told and not shown.show(view.result(done)):
            return False
        if done.left_out:
            told.add(done.left_out)
    off = all_components().keys() - walk.trail.nodes.keys()
    to_try = view.closing(step, context.stack.name, off)
    return not to_try or (shown.show(to_try, soft_wrap=True) and shown.show(""))


COMMAND = tour
