"""`sdctl selftest`: the instrument checks itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli import exits
from sdctl.cli.context import Context

if TYPE_CHECKING:
    from sdctl.selftest.live import Live


def selftest(
    ctx: typer.Context,
    checks: Annotated[
        list[str] | None, typer.Argument(help="Only these checks.", metavar="CHECK")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not use a stack.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Only the checks that need a running stack.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Longer and more often. This takes minutes.")
    ] = False,
) -> None:
    """Check every checker of sdctl.

    Each checker gets systems that are broken on purpose, and must find what is broken. It also
    gets a system that is not broken, and must say so. Exit code 8: a checker was wrong. Exit
    code 9: the machine was too busy to tell.

    Without a stack, it loads a small service of its own. With a stack, its
    gateway is also paused for 3 s a few times, and orders that this command wrote are deleted.

    sdctl selftest --offline
    sdctl selftest --live --full
    sdctl selftest lost rto
    """
    from sdctl.foundation.errors import UsageError
    from sdctl.selftest.check_runner import judgement, run
    from sdctl.selftest.checks.check import chosen
    from sdctl.selftest.workbench import FULL, QUICK, Workbench
    from sdctl.terminal.selftest import show
    from sdctl.terminal.steps import Steps

    context: Context = ctx.obj
    if offline and live:
        raise UsageError("--offline and --live cannot be used together", hint="Use one, or none.")
    wanted = chosen(checks or ())
    demanded = live or (bool(checks) and all(check.live for check in wanted))
    asks_it = not offline and any(check.live for check in wanted)
    stack = _stack(context, demanded=demanded) if asks_it else None
    wanted = [check for check in wanted if (check.live or not live) and (stack or not check.live)]
    if context.dry_run:
        context.screen.print_plan(
            [f"{check.name}: {variant.name}" for check in wanted for variant in check.variants]
        )
        return
    began = time.monotonic()
    with Steps(context.screen) as steps:
        rows = list(
            run(wanted, Workbench(durations=FULL if full else QUICK, say=steps.say, live=stack))
        )
    show(context.screen, rows, time.monotonic() - began, without_stack=stack is None)
    exits.judged(judgement(rows))


def _stack(context: Context, *, demanded: bool) -> Live | None:
    """The running stack; where none is demanded, None with the reason said."""
    from sdctl.foundation.errors import NoSuchTarget, SdctlError
    from sdctl.selftest.live import live

    try:
        return live(context.running)
    except SdctlError as why:
        if demanded:
            raise
        hint = f" {why.hint}" if isinstance(why, NoSuchTarget) else ""
        context.screen.tell(f"without the live part: {why.message}.{hint}")
        return None


COMMAND = selftest
