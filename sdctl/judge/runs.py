"""The runs of a stack: each has a folder in its history (``run_folder.py``), and a name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sdctl.foundation import output, places
from sdctl.foundation.errors import NoSuchTarget, no_such
from sdctl.judge.run_folder import RunFolder
from sdctl.state.stack import Stack

_LATEST = 5
_NAMED = " A run is named by its id, by a fault's id (f-3), by its game day, or last."
_FILES = ("run.json", "ledger.jsonl", "series.jsonl", "result.json", "verdict.json")


def folder(stack: Stack, run: str) -> RunFolder:
    """The folder of a run, made if need be."""
    path = stack.history / "runs" / run
    path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)


def find(stack: Stack, name: str, runs_of_faults: Mapping[str, str | None]) -> RunFolder:
    """The run called ``name``: its id or how it begins, the id of a fault, the name of a game day
    (its latest run), or ``last``.

    Raises ``NoSuchTarget`` with the latest there are.
    """
    there = all_runs(stack)
    if not there:
        raise NoSuchTarget(
            f"there is no run {name!r}: nothing was loaded or broken here yet",
            hint=f"`sdctl chaos kill-leader` makes one.{_NAMED}",
        )
    wanted = runs_of_faults.get(name) or name
    if name == "last":
        return there[-1]
    found = [past for past in there if past.run == wanted] or [
        past for past in there if past.run.startswith(wanted)
    ]
    found = (
        found
        or [past for past in there if past.day == name or past.first_fault_of(name) is not None][
            -1:
        ]
    )
    if len(found) == 1:
        return found[0]
    faults = {run: fault for fault, run in runs_of_faults.items()}
    called = ((one.day or faults.get(one.run), one.run) for one in reversed(there))
    latest = [f"{what} ({run})" if what else run for what, run in called]
    error = no_such("run", name, latest, most=_LATEST)
    error.hint += f"{_NAMED} `sdctl runs` lists them."
    raise error


def meant(folder: RunFolder, name: str, runs_of_faults: Mapping[str, str | None]) -> str | None:
    """The fault of a run that ``name`` is about, as in ``find``: itself, or the first of a game day
    after which another one was played; None: what was judged last."""
    return name if name in runs_of_faults else folder.first_fault_of(name)


def all_runs(stack: Stack) -> list[RunFolder]:
    """The runs of a stack, in the order in which they began."""
    return sorted(map(RunFolder, _folders(stack)), key=lambda folder: folder.began)


def names(stack: Stack) -> list[str]:
    """The runs there are."""
    return [path.name for path in _folders(stack)]


def _folders(stack: Stack) -> list[Path]:
    home = stack.history / "runs"
    found = home.iterdir() if home.exists() else ()
    # a report is written into a run's folder: a link may lead into one of the user's own
    folders = [path for path in found if path.is_dir() and not path.is_symlink()]
    return [path for path in folders if _is_itself(path)]


def _is_itself(path: Path) -> bool:
    """Whether a folder is the run that its ledger names. A copy would be asked for the writes of a
    run that never was; it is named and passed over. What holds no file of a run is none."""
    if not places.may_look_into(path):  # made by another user, as with `sudo`
        output.warn(f"{path} is passed over: this user may not look into it")
        return False
    ledger = RunFolder(path).ledger_file()
    if ledger is None:
        return any((path / name).exists() for name in _FILES)
    if ledger.run == path.name:
        return True
    output.warn(f"{path} is passed over: it is a copy of {ledger.run}")
    return False
