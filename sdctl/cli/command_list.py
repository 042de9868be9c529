"""The list of commands in the help: each with the whole of its first sentence, under headings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperGroup

from sdctl.foundation.errors import UsageError, no_such

_GROUPS = {
    "Start": ("doctor", "tour", "up", "scale", "autoscale", "down"),
    "Look": ("status", "inspect", "logs", "env", "explain"),
    "Load": ("load", "curl"),
    "Break": ("chaos", "bench", "dlq"),
    "Judge": ("runs", "verdict", "report", "compare", "selftest"),
}
_MORE = "More"
"""A command that is in no group, such as a plug-in's."""


_WHOLE = 10_000
"""Characters. What has no room on a line goes on below."""


class Listed(TyperGroup):
    """The commands, each with the whole of its first sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """As typer's, which cuts a sentence that does not fit on its line."""
        width = max(map(len, self.commands), default=0)
        for heading, names in self.headings().items():
            with formatter.section(heading):
                helps = (self.commands[name].get_short_help_str(_WHOLE) for name in names)
                rows = [(name.ljust(width), told) for name, told in zip(names, helps, strict=True)]
                formatter.write_dl(rows)

    def headings(self) -> dict[str, list[str]]:
        """The names of the commands, by heading."""
        return {"Commands": [name for name, command in self.commands.items() if not command.hidden]}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer's, which does not list what there is. Raises ``UsageError``."""
        word = args[0]
        if word not in self.commands and not word.startswith("-"):
            names = [name for group in self.headings().values() for name in group]
            unknown = no_such("command", word, names)
            raise UsageError(unknown.message, hint=unknown.hint)
        return super().resolve_command(ctx, args)


class Grouped(Listed):
    """Under several headings, in the order in which a newcomer needs them."""

    def headings(self) -> dict[str, list[str]]:
        """By what one does with them."""
        return grouped(self.commands)


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """Pure: the commands that there are, by heading."""
    there = set(names)
    found = {heading: [n for n in group if n in there] for heading, group in _GROUPS.items()}
    known = {name for group in found.values() for name in group}
    found[_MORE] = sorted(there - known)
    return {heading: group for heading, group in found.items() if group}
