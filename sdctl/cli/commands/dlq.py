"""`sdctl dlq`: the messages that failed for good."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import typer

from sdctl.cli.context import Context

COMMAND = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Work with dead letters: messages that failed for good.

    sdctl dlq list
    sdctl dlq replay --all
    """,
)


@COMMAND.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[
        str, typer.Option(metavar="COUNT", help="How many are shown. With --json it is all.")
    ] = "30",
) -> None:
    """List the dead letters. This does not remove them.

    sdctl dlq list
    sdctl dlq list --limit 500
    """
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.own_command import typed
    from sdctl.foundation.units import at_least_one

    context: Context = ctx.obj
    most = parse("--limit", at_least_one, limit)
    letters = _ask(context, "list")["letters"]
    if context.screen.json:
        context.screen.print_json(letters)
        return
    if not letters:
        context.screen.err.print("no dead letters")
        return
    from sdctl.foundation.errors import NoSuchTarget
    from sdctl.judge import runs
    from sdctl.terminal.dlq import older, table

    context.screen.out.print(table(letters, most))
    if (more := len(letters) - most) > 0:
        context.screen.tell(f"and {more} more: `{typed(f'dlq list --limit {len(letters)}')}`")
    with contextlib.suppress(NoSuchTarget):  # no run yet
        last = runs.find(context.stack, "last", {})
        began = (last.read("run") or {}).get("started_at")
        if began and (said := older(letters, last.run, began)):
            context.screen.tell(said)


@COMMAND.command()
def show(
    ctx: typer.Context,
    letter_id: Annotated[
        str, typer.Argument(metavar="ID", help="Its id, or the first part of it.")
    ],
) -> None:
    """Show one dead letter.

    sdctl dlq show 7c9c958d
    """
    from sdctl.foundation import output
    from sdctl.foundation.errors import no_such
    from sdctl.terminal.dlq import line

    context: Context = ctx.obj
    letters = _ask(context, "list")["letters"]
    found = [letter for letter in letters if letter["id"].startswith(letter_id)]
    if not found:
        raise no_such("dead letter", letter_id, [letter["id"] for letter in letters], most=5)
    if context.screen.json:
        context.screen.print_json(found[0])
        return
    for name, value in found[0].items():
        output.line(f"{name:<19} {line(value)}")


@COMMAND.command()
def replay(
    ctx: typer.Context,
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="ID...")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
) -> None:
    """Try dead letters again, with all their attempts.

    It does no harm to do it twice. A user who was told that an order failed is told once more when
    it is completed.

    sdctl dlq replay --all
    """
    from sdctl.foundation.errors import UsageError

    context: Context = ctx.obj
    if bool(letter_ids) == all_:
        raise UsageError("which letters?", hint="Name ids (`sdctl dlq list`), or --all.")
    replayed = _ask(context, "replay", *(letter_ids or ()))["replayed"]
    if context.screen.json:
        context.screen.print_json({"replayed": replayed})
    else:
        context.screen.err.print(f"{len(replayed)} replayed")


@COMMAND.command()
def purge(ctx: typer.Context) -> None:
    """Delete every dead letter, for good.

    While another command works on the stack this is refused: a verdict counts dead letters.

    sdctl dlq purge
    """
    context: Context = ctx.obj
    context.running.nodes()  # said before anything is locked: there is no stack
    # a fault's verdict counts dead letters: none goes while another command works on the stack
    with contextlib.nullcontext() if context.dry_run else context.stack.lock("dlq purge"):
        purged = _ask(context, "purge")["purged"]
    if context.screen.json:
        context.screen.print_json({"purged": purged})
    else:
        context.screen.err.print(f"{purged} deleted")


def _ask(context: Context, *words: str) -> dict[str, Any]:
    from sdctl.state import dead_letters

    with context.screen.working("asking the queue"):
        context.running.nodes()  # said before anything else: there is no stack
        return dead_letters.ask(context.engine, *words)
