"""What a shell offers while somebody types.

Quick, and never an error: where the target is away, what needs it is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from sdctl.cli.completion_values import VALUES

_CUTS = (":", "=")


def add(command: Any) -> None:
    """Give every parameter of a command, and of the commands in it, its values."""
    for subcommand in getattr(command, "commands", {}).values():
        add(subcommand)
    for parameter in command.params:
        values = VALUES.get(f"{command.name} {parameter.name}") or VALUES.get(parameter.name)
        if values is not None:
            parameter.shell_complete = _offered(parameter, values)


def offer(command: Any) -> None:
    """Print what the shell asks for, in its own form. A shell that asks in another one, or says
    not where it is, is offered nothing."""
    with suppress(SystemExit, KeyError, ValueError):
        os.environ.update(whole_words(os.environ))
        command(args=[], prog_name="sdctl", standalone_mode=False)


def _offered(parameter: Any, values: Callable[[str], Iterable[str]]) -> Callable[..., list[Any]]:
    def complete(ctx: Any, incomplete: str) -> list[Any]:
        from typer._click.shell_completion import CompletionItem

        stack = str(ctx.find_root().params.get("stack") or "sdctl")
        try:
            cut = len(_kept(incomplete))
            return [
                CompletionItem(value[cut:])
                for value in values(stack)
                if value.startswith(incomplete)
            ]
        except Exception:  # somebody waits with the finger on the key
            return []

    return complete


def whole_words(environment: Mapping[str, str]) -> dict[str, str]:
    """Pure: what bash says of the command line, with its words whole again. It cuts a word at
    ``:`` and ``=``, and of ``cache:leader`` it wants only what comes after the last cut."""
    words = environment.get("COMP_WORDS", "").split("\n")
    if len(words) == 1:
        return {}
    at, found, place = int(environment["COMP_CWORD"]), list[str](), 0
    for index, word in enumerate(words):
        glued = index > 1 and (word.startswith(_CUTS) or words[index - 1].endswith(_CUTS))
        if glued:
            found[-1] += word
        else:
            found.append(word)
        if index == at:
            place = len(found) - 1
    return {"COMP_WORDS": "\n".join(found), "COMP_CWORD": str(place)}


def _kept(incomplete: str) -> str:
    """What the shell has already, and does not want again."""
    if os.environ.get("_SDCTL_COMPLETE") != "complete_bash":
        return ""
    return incomplete[: max(incomplete.rfind(cut) for cut in _CUTS) + 1]
