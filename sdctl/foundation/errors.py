"""Every error a user can see, each with its exit code and what to do next.

    SdctlError
    ├── UsageError            2  wrong usage
    │   ├── BadOption         2  one option, and what is wrong with its value
    │   ├── InvalidProfile    2  every problem, with its path
    │   └── Refused           2  a file or folder that the machine refuses
    ├── TargetUnavailable     3  what runs stacks is missing, unreachable or too old
    ├── TemplateFailed        4  file, line, name
    ├── BringUpFailed         5  which node, its last log lines
    │   └── TargetRefused     5  what it said
    ├── NotReady              6  the last thing seen
    ├── NoSuchTarget          7  what there is
    │   └── NotNow            7  at another moment there may be
    ├── VerdictFalse          8  an assertion or a verdict is false
    ├── VerdictUnknown        9  the verdict is unknown
    └── Interrupted         130  after healing (SIGTERM 143, SIGHUP 129)

Errors are raised anywhere and caught once, in ``sdctl.cli.exits``; constructors never print.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sdctl.foundation.nearest import guess, near_to


class SdctlError(Exception):
    """What happened (``message``) and what to do next (``hint``)."""

    code = 1
    option = ""
    """The option that it is about, without dashes; empty: none, or several."""

    def __init__(self, message: str, *, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)

    def to_json(self) -> dict[str, object]:
        """``{"error": {"code", "message", "hint"}}``, and "details" where there are any."""
        error: dict[str, object] = {"code": self.code, "message": self.message, "hint": self.hint}
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


class UsageError(SdctlError):
    """The command line asks for something that cannot be."""

    code = 2


class BadOption(UsageError):
    """The value of one option cannot be. ``problem`` says why, for who shows the option itself."""

    def __init__(self, option: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"--{option} {problem}", hint=hint)
        self.option = option
        self.problem = problem


WHOLE = "(file)"
"""The path of a problem that is of no key of its file."""


_ITEM = re.compile(r"\.(\d+)(\.|$)")


def place(path: str) -> str:
    """Pure: the place of a value as people count: ``tiers, item 2`` for ``tiers.1``."""
    return _ITEM.sub(lambda found: f", item {int(found[1]) + 1}{', ' if found[2] else ''}", path)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file: where (``app.replicas``, ``tiers.0``), what, and in which line of
    its file (0: in none)."""

    path: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        where = ", ".join(filter(None, (line, "" if self.path == WHOLE else place(self.path))))
        return f"{where}: {self.message}" if where else self.message


class Refused(UsageError):
    """The machine refuses a file or a folder: cannot be read, cannot be written, disk full."""


_SHOWN = 30
"""Of a list, such as a profile's problems; a screen holds no more."""


class InvalidProfile(UsageError):
    """A profile, or a game day, with problems: all of them, each with its path."""

    def __init__(
        self,
        source: str,
        problems: Iterable[Problem],
        *,
        profile: str = "standard",
        hint: str = "",
    ) -> None:
        """``source``: what is wrong, for people; ``profile``: one that comes with sdctl, where its
        settings can be looked up."""
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            f"{source} is not valid: {count} problem{'s' if count != 1 else ''}",
            hint=hint
            or f"Nothing was changed. `sdctl profiles {profile}` shows every setting, and what it "
            "can be.",
            details=[
                *map(str, self.problems[:_SHOWN]),
                *([f"and {count - _SHOWN} more"] if count > _SHOWN else []),
            ],
        )


class TargetUnavailable(SdctlError):
    """What runs stacks is missing, does not answer, or is too old. ``id`` is the stable name that
    `sdctl doctor` gives it, ``fix`` one command that mends it."""

    code = 3

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        details: Sequence[str] = (),
        id: str = "target-unavailable",  # noqa: A002
        fix: str = "",
    ) -> None:
        super().__init__(message, hint=hint, details=details)
        self.id = id
        self.fix = fix


class TemplateFailed(SdctlError):
    """A template did not render: file, line and the name that was undefined."""

    code = 4


class BringUpFailed(SdctlError):
    """A node could not be built, created or started, or died."""

    code = 5


class TargetRefused(BringUpFailed):
    """What runs the stack answered with an error."""


class NotReady(SdctlError):
    """The deadline passed; ``details`` hold the last thing seen of each node."""

    code = 6


class NoSuchTarget(SdctlError):
    """There is no such tier, node, stack or fault; the hint lists what there is."""

    code = 7


class NotNow(NoSuchTarget):
    """What was asked for is well written, and nothing is so at this moment: a tier has no leader,
    say, or a node does not run."""


class VerdictFalse(SdctlError):
    """An assertion of a load run, or a fault's verdict, is false."""

    code = 8


class VerdictUnknown(SdctlError):
    """A verdict could not be reached: something it needs was not measured."""

    code = 9


class Interrupted(SdctlError):
    """Ctrl-C, SIGTERM (143) or SIGHUP (129), after whatever had to be healed was healed."""

    code = 130


def no_such(kind: str, name: str, known: Iterable[str], *, most: int = _SHOWN) -> NoSuchTarget:
    """The error for a name that is not there: says what was probably meant, and what there is. Of
    a longer list the first ``most``, and how many more."""
    names = list(known)
    hint = guess(near_to(name, names))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    there = f"There is: {', '.join(names[:most])}{more}." if names else "There is none."
    return NoSuchTarget(f"there is no {kind} {name!r}", hint=f"{hint}{there}")
