"""`sdctl selftest`: the instrument checks itself."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def selftest(
    ctx: typer.Context,
    checks: Annotated[list[str] | None, typer.Argument(help="Only these.", metavar="CHECK")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use no stack.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Only what needs a running stack.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Long silences and freezes, 20 pauses: minutes.")
    ] = False,
) -> None:
    """Check every checker: deliberately broken systems that it must catch, and a sound one that
    it must pass. Known answers in, known answers out; exits 8 where that is not so,
    9 where the machine was too busy to tell.

    Without a stack it loads a small service of its own on loopback. With one running it also
    pauses that stack's gateway for 3 s a few times, and deletes orders that it wrote itself.

    sdctl selftest --offline
    sdctl selftest --live --full
    sdctl selftest lost rto
    """
    from sdctl.foundation.errors import UsageError
    from sdctl.terminal.selftest import conduct

    context: Context = ctx.obj
    if offline and live:
        raise UsageError("--offline and --live exclude each other", hint="Name one, or neither.")
    conduct(context, checks or (), offline=offline, on_stack=live, full=full)


COMMAND = selftest
