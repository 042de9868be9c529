"""What a reader of a verdict does next: something that they have not just done."""

from __future__ import annotations

import re
import shlex

from sdctl.components.component import Alone
from sdctl.faults.fault import Fault, fields_of
from sdctl.faults.given import made, name_of

_OTHERS = "Try another one: `sdctl chaos list` shows all faults."
_COMMAND = re.compile(r"`(sdctl [^`]+)`")


def after(fault: Fault, alone: Alone | None = None) -> str:
    """Pure: the next lesson after ``fault``. ``alone``: nobody could take over, and what that means
    in its tier."""
    if alone is not None:
        return f"Try `sdctl up --set {alone.cure}`, then the same fault: somebody can take over."
    commands = _COMMAND.findall(fault.advice)
    return _OTHERS if not commands or _is(fault, commands[0]) else fault.advice


def _is(fault: Fault, command: str) -> bool:
    """Whether a command does what this fault did: to the same nodes, as far as it says how."""
    _, group, kind, *words = [*shlex.split(command), "", ""]
    if (group, kind) != ("chaos", fault.kind):
        return False
    fields = {name_of(field): field for field in fields_of(type(fault))}
    arguments = [name for name, field in fields.items() if field.metadata["argument"]]
    texts: dict[str, str] = {}
    given = iter(word for word in words if word)
    for word in given:
        name = word.removeprefix("--")
        if name == word:
            texts[next(each for each in arguments if each not in texts)] = word
        else:
            texts[name] = "true" if fields[name].default is False else next(given)
    step, _ = made(type(fault), texts)
    names = [fields[name].name for name in (*arguments, *texts)]
    return all(getattr(step, name) == getattr(fault, name) for name in names)
