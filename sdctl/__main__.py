"""The entry point: runs the command line and is the one place where errors are printed.

However a command ends, it ends here: with its own exit code, with a sentence for people, and with
``--json`` with one document. Nothing but the end of a process is imported before the signals are
taken: Ctrl-C may come while Python still loads.
"""

from __future__ import annotations

import itertools
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from typer import TyperException

    from sdctl.foundation.errors import UsageError

_FLAGS = ("--json", "--dry-run", "-v", "--verbose", "--no-color")
_VALUES = ("--stack",)
_COMPLETE = "_SDCTL_COMPLETE"
_HANDS_OVER = ("shell",)
"""Commands that give the terminal to another program."""


def main() -> NoReturn:
    """Run, print an error if there is one, and end the process with its code."""
    argv = globals_first(sys.argv[1:])
    own = before_dashes(argv)
    try:
        from sdctl.foundation import signals

        signals.listen(lambda number: _at_once(number, as_json="--json" in own))
    except KeyboardInterrupt:
        _at_once(2, as_json="--json" in own)
    from sdctl.cli import exits
    from sdctl.foundation import output, own_command

    output.prepare()
    own_command.started(sys.argv[0])
    if named_command(argv) not in _HANDS_OVER and "--json" not in own and not _completes():
        output.meanwhile("sdctl: one moment …")
    code = exits.of(lambda: run(argv), as_json="--json" in own, color="--no-color" not in own)
    # all is written and nothing is under way: while Python takes itself down, a signal would still
    # change the exit code
    os._exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command line; its exit code. Raises ``SdctlError``; tests call this."""
    import typer

    from sdctl.cli.main import build, parse
    from sdctl.foundation import own_command, signals

    own_command.begin((named_stack(argv) or [own_command.USUAL])[-1], after_globals(argv))
    command = build(named_command(argv))
    signals.begin()
    if _completes():
        from sdctl.cli import completion

        completion.offer(command)
        return 0
    try:
        with command.make_context("sdctl", list(argv)) as context:
            parse(context)
            result = command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        raise _usage(error) from None
    return result if isinstance(result, int) else 0


def _completes() -> bool:
    """Whether a shell asks what could be typed next. Empty, the variable asks for nothing."""
    return bool(os.environ.get(_COMPLETE))


def _usage(error: TyperException) -> UsageError:
    from sdctl.foundation.errors import UsageError
    from sdctl.foundation.nearest import guess, near_to

    text = error.format_message()
    if text.startswith("Usage:"):  # a group's help, as no command was named
        return UsageError("which command?", hint="Name one of these.", details=text.splitlines())
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "sdctl"
    if context is not None and (word := getattr(error, "option_name", "")):
        text, near = f"there is no option {word}", guess(near_to(word, _options(context)))
    else:
        near = ""
    return UsageError(_as_here(text), hint=f"{near}`{path} --help` lists what there is.")


def _options(context: Any) -> list[str]:
    """Those of a command, and those of all."""
    commands = (context.command, context.find_root().command)
    return [option for command in commands for param in command.params for option in param.opts]


def _as_here(text: str) -> str:
    """What typer says of a command line, in the form of every other error."""
    return text[:1].lower() + text[1:]


def before_dashes(argv: Sequence[str]) -> Sequence[str]:
    """The words that are sdctl's own: what follows ``--`` is for others."""
    return argv[: argv.index("--")] if "--" in argv else argv


def globals_first(argv: Sequence[str]) -> list[str]:
    """Global options may stand anywhere before ``--``; here they are brought to the front, a flag
    that was given twice once."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in _FLAGS or any(word.startswith(f"{option}=") for option in _VALUES):
            front += [word] if word not in front else []
        elif word in _VALUES:
            front += [word, *(value for value in [next(words, None)] if value is not None)]
        else:
            rest.append(word)
    return [*front, *rest]


def named_command(argv: Sequence[str]) -> str | None:
    """The first word after the global options, as ``globals_first`` orders them; None: there is
    none, or another option stands before it."""
    return next((word for word in after_globals(argv)[:1] if not word.startswith("-")), None)


def after_globals(argv: Sequence[str]) -> Sequence[str]:
    """The words after the global options, as ``globals_first`` orders them: the command and what
    follows it."""
    at = 0
    while at < len(argv):
        word = argv[at]
        if word in _VALUES:
            at += 1
        elif word not in _FLAGS and not any(word.startswith(f"{option}=") for option in _VALUES):
            break
        at += 1
    return argv[at:]


def named_stack(argv: Sequence[str]) -> list[str]:
    """The stacks that the command line names: the last one counts."""
    words = before_dashes(argv)
    found = []
    for word, after in itertools.pairwise([*words, ""]):
        if word.startswith("--stack="):
            found.append(word.partition("=")[2])
        elif word == "--stack" and after:
            found.append(after)
    return found


def _at_once(number: int, *, as_json: bool) -> NoReturn:
    """A signal while the command line still loads: nothing is under way, so be gone."""
    code, said = 128 + number, "interrupted before anything was done"
    text = f'{{"error": {{"code": {code}, "message": "{said}", "hint": ""}}}}' if as_json else said
    try:
        os.write(1 if as_json else 2, f"{text}\n".encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
