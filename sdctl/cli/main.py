"""The command line: global options, and every command found beside this file."""

from __future__ import annotations

import inspect
import textwrap
from typing import Annotated, Any

import typer

from sdctl import __version__
from sdctl.cli import completion
from sdctl.cli.context import Context
from sdctl.foundation import output, plugins

_HELP = """A reference architecture on one machine. Start it, load it, break it, measure it.

  sdctl up                        start the stack
  sdctl status --watch            every node: its role, its health, its figures
  sdctl load --rps 500            send load
  sdctl chaos kill-leader         kill the database's leader; how long do writes stop?
  sdctl down                      remove everything
"""
_ORDER = (
    "up", "tour", "curl", "status", "load", "chaos", "verdict", "report", "bench", "compare",
    "selftest", "inspect", "dlq", "scale", "shell", "logs", "env",
)  # fmt: skip


def build() -> Any:
    """The command line as typer's one command."""
    app = typer.Typer(
        help=examples_kept(_HELP),
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(_globals)
    commands = all_commands()
    for name in sorted(commands, key=lambda name: _ORDER.index(name) if name in _ORDER else 99):
        _add(app, name, commands[name])
    command = typer.main.get_command(app)
    completion.add(command)
    return command


def all_commands() -> dict[str, Any]:
    """Every command by its word: a function, or a typer app with words of its own."""
    return plugins.discover("sdctl.cli.commands", "COMMAND", fits=_fits)


def _add(app: typer.Typer, name: str, command: Any) -> None:
    if isinstance(command, typer.Typer):
        for registered in command.registered_commands:
            registered.help = examples_kept(
                registered.help or inspect.getdoc(registered.callback) or ""
            )
        app.add_typer(command, name=name)
    else:
        app.command(name, help=examples_kept(command.__doc__ or ""))(command)


def _fits(command: Any) -> None:
    """Whether typer understands it."""
    alone = typer.Typer()
    _add(alone, "alone", command)
    typer.main.get_command(alone)


def examples_kept(text: str) -> str:
    """Help text whose example lines are not run together into a paragraph."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(
        f"\b\n{textwrap.indent(textwrap.dedent(paragraph), '  ')}"
        if paragraph.lstrip().startswith("sdctl ") or "$(sdctl" in paragraph
        else paragraph
        for paragraph in paragraphs
    )


def _version(ctx: typer.Context, value: bool) -> None:
    if value:
        if ctx.params.get("as_json"):
            output.document({"version": __version__})
        else:
            print(__version__)
        raise typer.Exit


def _globals(
    ctx: typer.Context,
    stack: Annotated[str, typer.Option(help="The stack's name. Several stacks can run.")] = "sdctl",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON value.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show what is asked of Docker and Compose.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """The options that stand before or after any command."""
    if verbose:
        from sdctl.foundation import verbose as lines

        lines.on()
    ctx.obj = Context(
        stack,
        as_json=as_json,
        dry_run=dry_run,
        color=not no_color,
        named=str(ctx.get_parameter_source("stack")).endswith("COMMANDLINE"),
    )
