"""`sdctl dlq`: the messages that failed at every attempt."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from sdctl.cli.context import Context

COMMAND = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Work with dead letters: messages that failed at every attempt.

    sdctl dlq list
    sdctl dlq replay --all
    """,
)


@COMMAND.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[
        str, typer.Option(metavar="COUNT", help="How many are shown. With --json all are.")
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
        makes = typed("chaos fail-messages --rate 80% --for 30s")
        context.screen.tell(f"no dead letters; `{makes}` makes some")
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
        str,
        typer.Argument(metavar="ID", help="Its id, or a beginning that no other id has."),
    ],
) -> None:
    """Show one dead letter.

    Letters of about the same minute begin alike, so give the whole id.

    sdctl dlq show 01a228fb-3c1e-7a52-9d0e-51b7c6f0a9d4
    """
    from sdctl.foundation import output
    from sdctl.state.dead_letters import chosen
    from sdctl.terminal.dlq import line

    context: Context = ctx.obj
    [letter] = chosen(_ask(context, "list")["letters"], [letter_id])
    if context.screen.json:
        context.screen.print_json(letter)
        return
    for name, value in letter.items():
        output.line(f"{name:<19} {line(value)}")


@COMMAND.command()
def replay(
    ctx: typer.Context,
    letter_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID...", help="Their ids, or beginnings that no other id has."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
) -> None:
    """Try dead letters again, with all their attempts.

    It does no harm to do it twice. A user who was told that an order failed is told once more when
    it is completed.

    sdctl dlq replay --all
    """
    from sdctl.foundation.errors import UsageError
    from sdctl.state.dead_letters import chosen

    context: Context = ctx.obj
    if bool(letter_ids) == all_:
        raise UsageError("which letters?", hint="Name ids (`sdctl dlq list`), or --all.")
    ids: list[str] = []
    if letter_ids or context.dry_run:
        letters = _ask(context, "list")["letters"]
        ids = [letter["id"] for letter in (chosen(letters, letter_ids) if letter_ids else letters)]
    if context.dry_run:
        wanted = set(ids)
        _plan(context, "try again", [letter for letter in letters if letter["id"] in wanted])
        return
    replayed = _ask(context, "replay", *(() if all_ else ids))["replayed"]
    if context.screen.json:
        context.screen.print_json({"replayed": replayed})
    else:
        context.screen.err.print(f"{len(replayed)} replayed")


@COMMAND.command()
def purge(ctx: typer.Context) -> None:
    """Delete every dead letter. It cannot be undone.

    While another command works on the stack this is refused: a verdict counts dead letters.

    sdctl dlq purge
    """
    context: Context = ctx.obj
    if context.dry_run:
        letters = _ask(context, "list")["letters"]
        _plan(context, "delete", letters)
        return
    context.running.nodes()  # said before anything is locked: there is no stack
    # a fault's verdict counts dead letters: none goes while another command works on the stack
    with context.stack.lock("dlq purge"):
        purged = _ask(context, "purge")["purged"]
    if context.screen.json:
        context.screen.print_json({"purged": purged})
    else:
        context.screen.err.print(f"{purged} deleted")


def _plan(context: Context, what: str, letters: Sequence[Mapping[str, Any]]) -> None:
    """What would be done with the letters: a line for those that died of the same error."""
    from sdctl.terminal.dlq import plan

    context.screen.print_plan(plan(what, letters))


def _ask(context: Context, *words: str) -> dict[str, Any]:
    from sdctl.state import dead_letters

    with context.screen.working("asking the queue"):
        context.running.nodes()  # said before anything else: there is no stack
        return dead_letters.ask(context.engine, *words)
