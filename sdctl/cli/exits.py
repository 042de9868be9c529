"""How a command ends: whatever comes out of it becomes an exit code and one sentence."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer

from sdctl.foundation import assets, output, own_command, places, plugins, signals
from sdctl.foundation.errors import (
    Interrupted,
    Refused,
    SdctlError,
    VerdictFalse,
    VerdictUnknown,
)

if TYPE_CHECKING:
    from sdctl.judge.verdict import Judgement

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EFBIG: "the file may not grow further (`ulimit -f`)",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "this user may not use it",
    errno.EPERM: "this user may not use it",
    errno.EROFS: "the file system can only be read",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "a file is where a folder should be",
    errno.EISDIR: "it is a folder, not a file",
    errno.EEXIST: "a file is where a folder should be",
    errno.ENOTEMPTY: "the folder is not empty",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links lead in a circle",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open on this machine",
    errno.EIO: "the disk does not answer rightly",
}

_NO_MEMORY = "the machine refused: it gives this process no more memory"
_MORE_MEMORY = (
    "`ulimit -v` shows how much a process may have, `free -m` how much the machine has left."
)


def of(run: Callable[[], int], *, as_json: bool, color: bool = True) -> int:
    """Run a command to its end, tell how it ended, and give its exit code."""
    output.begin()
    try:
        code = _told(run, as_json, color)
        try:
            output.finish()
        except OSError as error:
            code = _tell(refused(error), as_json, color)
    except KeyboardInterrupt:  # the third one
        os._exit(128 + (signals.first() or 2))
    number = signals.first()
    return code if number is None else 128 + number


def _told(run: Callable[[], int], as_json: bool, color: bool) -> int:
    try:
        return run()
    except SdctlError as error:
        return _tell(error, as_json, color)
    except output.ReaderGone:
        return 0
    except KeyboardInterrupt:
        why = signals.WORDS.get(signals.first() or 2, "interrupted")
        end = Interrupted(why, hint="The same command can be run again.")
        return _tell(end, as_json, color)
    except OSError as error:
        output.lost(error)
        named = error.errno is not None and not isinstance(error, ConnectionError)
        return _tell(refused(error) if named else bug(error), as_json, color)
    except MemoryError:
        return _tell(Refused(_NO_MEMORY, hint=_MORE_MEMORY), as_json, color)
    except Exception as error:
        return _tell(bug(error), as_json, color)


class Judged(Protocol):
    """A verdict: of a fault, of a game day, or of several."""

    @property
    def judgement(self) -> Judgement:
        """What it comes to."""
        ...

    @property
    def interrupted(self) -> bool:
        """Whether its run was."""
        ...

    @property
    def not_well(self) -> Sequence[str]:
        """The nodes that were not well when its run ended."""
        ...


def judged(judgement: Judgement) -> None:
    """End with 8 or 9 where a verdict deserves that. Whoever reads it has been shown why."""
    code = {"pass": 0, "fail": VerdictFalse.code, "unknown": VerdictUnknown.code}[judgement]
    if code:
        raise typer.Exit(code)


def of_verdict(verdict: Judged) -> None:
    """End as a verdict that has been shown deserves."""
    if verdict.interrupted:
        raise interrupted(verdict.not_well)
    judged(verdict.judgement)


_NODES = 3
"""So many that are not well yet are named."""


def interrupted(not_well: Sequence[str]) -> Interrupted:
    """How an interrupted run ends: its faults are healed, a node may still be ill."""
    so_far = "the figures are those so far"
    if not not_well:
        return Interrupted(f"interrupted, and nothing is broken any more; {so_far}")
    more = len(not_well) - _NODES
    named = ", ".join(not_well[:_NODES]) + (f" and {more} more" if more > 0 else "")
    verb = "is" if len(not_well) == 1 else "are"
    return Interrupted(
        f"interrupted, and no fault is on any more; {named} {verb} not well yet; {so_far}",
        hint=f"`sdctl status` shows when {'it is' if len(not_well) == 1 else 'they are'}.",
    )


def refused(error: OSError) -> Refused:
    """What the machine refuses, in one sentence with the path."""
    reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    if error.filename is None or isinstance(error.filename, int):
        if error.errno == errno.ENOENT and not places.in_a_folder():
            gone = "the folder in which sdctl was started is not there any more"
            return Refused(gone, hint="Go to another folder (`cd`), then run the command again.")
        return Refused(f"the machine refused: {reason}", hint=_hint(error, None))
    path = Path(os.fsdecode(error.filename))
    if error.errno in (errno.ENOENT, errno.EEXIST) and (link := places.leads_nowhere(path)):
        path, reason = link, "it is a link that leads nowhere"
    return Refused(f"{path} cannot be used: {reason}", hint=_hint(error, path))


def _hint(error: OSError, path: Path | None) -> str:
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "`ulimit -n` shows how many may be open; `ulimit -n 4096` allows more."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room (`df -h` shows what is full), then run the command again."
    with contextlib.suppress(OSError, RuntimeError):
        home = assets.state_home().absolute()
        if path is not None and (path.absolute().is_relative_to(home) or path in home.parents):
            return f"sdctl keeps its state in {home}; SDCTL_HOME=FOLDER names another place."
    return "Mend it or name another place, then run the command again."


def bug(error: Exception) -> SdctlError:
    """Something that must not happen: where it is written down, for a report. Where the last code
    of ours or of a plug-in that ran was a plug-in's, it is that one's."""
    frames = traceback.extract_tb(error.__traceback__)
    roots = assets.plugin_roots()
    known = [frame for frame in frames if _within(frame.filename, (assets.package(), *roots))]
    own = next((frame for frame in known[-1:] if _within(frame.filename, roots)), None)
    where = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-1:]]
    # what a load process sends home is its whole traceback
    text = (str(error).strip().splitlines() or [""])[-1]
    what = f"{type(error).__name__}: {text}".rstrip(": ")
    with contextlib.suppress(OSError, RuntimeError):
        folder = assets.state_home() / "bugs"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{os.getpid()}.txt"
        path.write_text("".join(traceback.format_exception(error)))
        if own is not None:
            return SdctlError(
                f"the plug-in {own.filename} failed in line {own.lineno}: {what}",
                hint=f"Correct it there. All that is known of it is in {path}.",
            )
        return SdctlError(
            f"this is a bug in sdctl: {what}",
            hint=f"Please report it and attach {path}.",
            details=where,
        )
    lines = "".join(traceback.format_exception(error)).splitlines()
    return SdctlError(
        f"this is a bug in sdctl: {what}", hint="Please report it with these lines.", details=lines
    )


def _within(file: str, folders: tuple[Path, ...]) -> bool:
    return any(Path(file).is_relative_to(folder) for folder in folders)


_LONG_WORD = re.compile(r"\S{300,}")


def _cut(text: str) -> str:
    """A text without the middle of a word that nobody reads to its end, such as a pasted file."""
    return _LONG_WORD.sub(lambda word: f"{word[0][:100]}… ({len(word[0])} characters)", text)


def _tell(error: SdctlError, as_json: bool, color: bool) -> int:
    """Print it, in its one form; its exit code, which a signal overrules."""
    number = signals.first()
    if number is not None:
        error.code = 128 + number
    error.message = _cut(error.message)
    error.hint = _cut(own_command.named(error.hint))
    error.details = tuple(_cut(own_command.named(line)) for line in error.details)
    if as_json and not output.documents():
        # people have read it above
        error.details += plugins.broken()
        output.document(error.to_json())
        return error.code
    try:
        from sdctl.terminal.errors import show

        show(error, color=color)
    except Exception:
        # what shows it cannot be loaded: no file may be opened any more
        with contextlib.suppress(OSError):
            print(f"error: {error.message}", error.hint, sep="\n", file=sys.stderr)
    return error.code
