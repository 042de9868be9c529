"""The command line: global options, and every command found beside this file."""

from __future__ import annotations

import inspect
import textwrap
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sdctl import __version__
from sdctl.cli import completion
from sdctl.cli.command_list import Grouped, Listed, grouped
from sdctl.cli.context import Context
from sdctl.foundation import output, own_command, plugins
from sdctl.foundation.errors import UsageError

_HELP = """A reference architecture on one machine. Start it, load it, break it, measure it.

  sdctl up                        start the stack
  sdctl status --watch            every node: role, health, figures
  sdctl load --rps 100            send load
  sdctl chaos kill-leader         kill the database's leader
  sdctl down                      remove everything
"""


def build(named: str | None = None) -> Any:
    """The command line as typer's one command. Where the ``named`` command is one, it is the only
    one in it: to make all takes longer than many a command does."""
    app = typer.Typer(
        cls=Grouped,
        help=examples_kept(_HELP),
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(_globals)
    commands = all_commands()
    if named is not None and named in commands:
        commands = {named: commands[named]}
    for names in grouped(commands).values():
        for name in names:
            _add(app, name, commands[name])
    command = typer.main.get_command(app)
    completion.add(command)
    _name_values(command)
    return command


_PLAIN = {"text": "VALUE", "str": "VALUE", "path": "FILE"}
"""What a value is called in the help where its option does not say it, by the type that typer has
for it."""


def _name_values(command: Any) -> None:
    """Words of people for values and arguments that name none of their own; and what an option is
    by default, where that is a text of ours: typer puts it in parentheses."""
    for param in command.params:
        if isinstance(getattr(param, "show_default", None), str):
            param.help = f"{param.help}  [default: {param.show_default}]"
            param.show_default = False
        if param.metavar is not None or getattr(param, "is_flag", False):
            continue
        if param.param_type_name == "argument":
            param.metavar = param.name.upper()
        else:
            param.metavar = _PLAIN.get(param.type.name.lower())
    for inner in getattr(command, "commands", {}).values():
        _name_values(inner)


def all_commands() -> dict[str, Any]:
    """Every command by its word: a function, or a typer app with words of its own."""
    return plugins.discover("sdctl.cli.commands", "COMMAND", fits=_fits)


def _add(app: typer.Typer, name: str, command: Any) -> None:
    if isinstance(command, typer.Typer):
        for registered in command.registered_commands:
            registered.help = examples_kept(
                registered.help or inspect.getdoc(registered.callback) or ""
            )
        app.add_typer(
            command, name=name, cls=Listed, help=examples_kept(str(command.info.help or ""))
        )
    else:
        app.command(name, help=examples_kept(command.__doc__ or ""))(command)


def _fits(command: Any) -> None:
    """Whether typer understands it."""
    tried = typer.Typer()
    _add(tried, "tried", command)
    typer.main.get_command(tried)


def examples_kept(text: str) -> str:
    """Help text whose example lines are not run together into a paragraph."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(
        f"\b\n{textwrap.indent(textwrap.dedent(paragraph), '  ')}"
        if paragraph.lstrip().startswith("sdctl ") or "$(sdctl" in paragraph
        else paragraph
        for paragraph in paragraphs
    )


_MAY_BE_EMPTY = ("body", "command")
"""Parameters for which nothing is a value, too: the body of a request, the words of a client."""


def parse(ctx: Any) -> None:
    """Parse the whole command line, before anything of it is used: a typo in a command's option is
    said first, whatever else is wrong. Raises as typer does."""
    _refuse_empty(ctx)
    _keep_names(ctx)
    words = [*ctx._protected_args, *ctx.args]
    if isinstance(ctx.command, TyperGroup) and words:
        name, command, rest = ctx.command.resolve_command(ctx, words)
        if command is not None:
            with command.make_context(name, list(rest), parent=ctx) as inner:
                parse(inner)


def _refuse_empty(ctx: Any) -> None:
    """An empty value is a slip, such as a shell's variable that is not set. It must not pass for an
    option that was not given. Raises ``UsageError``."""
    for param in ctx.command.params:
        given = str(ctx.get_parameter_source(param.name)).endswith("COMMANDLINE")
        if not given or param.name in _MAY_BE_EMPTY:
            continue
        value = ctx.params.get(param.name)
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and not text.strip():
                option = param.param_type_name == "option"
                name = max(param.opts, key=len) if option else param.make_metavar(ctx).strip("[].")
                raise UsageError(f"{name} is empty", hint="Write a value, or leave it out.")


def _keep_names(ctx: Any) -> None:
    """Of an option with two names, the one that the user typed: what is wrong with its value is
    said of that."""
    for param in ctx.command.params:
        names = [name for name in param.opts if name.startswith("--")]
        for name in names[1:]:
            if own_command.has(name):
                own_command.name_option(names[0], name)


def _version(ctx: typer.Context, value: bool) -> None:
    if value:
        if ctx.params.get("as_json"):
            output.document({"version": __version__})
        else:
            print(__version__)
        raise typer.Exit


def _globals(
    ctx: typer.Context,
    stack: Annotated[
        str, typer.Option(metavar="NAME", help="The stack's name. Several stacks can run.")
    ] = "sdctl",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON value.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "-v", "--verbose", help="Show what is asked of Docker, Compose or the cluster."
        ),
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
