"""A run's folder: what was sent, what became of it, and what it was judged to be.

    <history>/runs/<run>/run.json        what ran, on which stack, machine and versions
                         ledger.jsonl    every write (ledger.py)
                         series.jsonl    a line a second: rates, latencies, counts
                         samples.jsonl   a line a second: what queue, workers and cache had
                         result.json     as `sdctl load --json`
                         verdict.json    as `sdctl chaos FAULT --json`

Written as it happens, so a killed run can still be judged. For people and reports, never read to
decide what is done to a stack.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sdctl.foundation import files, output, shape
from sdctl.foundation.errors import no_such
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.run_shapes import ResultShape, RunShape
from sdctl.judge.series_so_far import SeriesSoFar
from sdctl.judge.verdict_shapes import VerdictShape
from sdctl.state.stack import Stack

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


RunKind = Literal["load", "chaos"]
_LATEST_S = 32e9
"""The year 2984. Anybody can give a folder any time, also one that no calendar has."""
_SHAPES = {"run": RunShape, "result": ResultShape, "verdict": VerdictShape}


@dataclass(frozen=True)
class RunFolder:
    """The files of one run; any of them may be missing."""

    path: Path
    without: frozenset[str] = frozenset()
    """Those that are read as if they were not there."""

    @property
    def run(self) -> str:
        """Its id."""
        return self.path.name

    @property
    def ledger(self) -> Path:
        """Where its writes are."""
        return self.path / "ledger.jsonl"

    def so_far(self) -> SeriesSoFar:
        """Its series, to be looked at again and again while it goes on."""
        return SeriesSoFar(self.path / "series.jsonl")

    @property
    def began(self) -> float:
        """When it began, in Unix seconds. Its folder's time is another: a report is written into
        it long after."""
        if ledger := self.ledger_file():
            return ledger.started_wall
        return min(max(0.0, self.path.stat().st_mtime), _LATEST_S)

    @property
    def day(self) -> str | None:
        """The name of the game day that it was; None: it was none. A day that was killed has no
        verdict, and one beside a load that was sent already is named there alone."""
        told = (self.read(name) or {} for name in ("verdict", "run"))
        return next((day for value in told if (day := value.get("day"))), None)

    def ledger_file(self) -> LedgerFile | None:
        """Its writes; None when none were ever written down."""
        try:
            return LedgerFile(self.ledger)
        except OSError:
            return None
        except ValueError as why:
            if self.ledger.stat().st_size:  # else the run has only begun to write it
                output.warn(f"{self.ledger} is passed over: {why}")
            return None

    def read(self, name: str) -> Any:
        """The value of ``run``, ``result`` or ``verdict``; None when it is not there. One that is
        damaged, or holds what no sdctl wrote, counts as not there, and is named."""
        path = self.path / f"{name}.json"
        if name in self.without:
            return None
        try:
            value = files.read_object(path)
            shape.check(value, _SHAPES[name])
            return value
        except FileNotFoundError:
            return None
        except (files.Damaged, ValueError) as why:
            output.warn(f"{path} is passed over: {why}")
            return None

    def has(self, name: str) -> bool:
        """Whether ``run``, ``result`` or ``verdict`` is there, whatever is in it."""
        return (self.path / f"{name}.json").exists()

    def written_at(self, name: str) -> float:
        """When one of these was written, in Unix seconds; 0 where it is not there."""
        path = self.path / f"{name}.json"
        return path.stat().st_mtime if path.exists() else 0.0

    def write(self, name: str, value: object) -> None:
        """Write ``run``, ``result`` or ``verdict``."""
        files.write_whole(self.path / f"{name}.json", json.dumps(value, indent=1) + "\n")

    def note(self, tick: DataclassInstance) -> None:
        """Append a tick to the series, with the wall clock's moment of it."""
        line = json.dumps({"at": time.time(), **asdict(tick)})
        files.append(self.path / "series.jsonl", line + "\n")

    def series(self) -> Iterator[dict[str, Any]]:
        """Every tick, in order; a line that is not whole is left out."""
        return self._lines("series")

    def see(self, sample: Mapping[str, float]) -> None:
        """Append what was seen of the stack at a moment (``load/samples.py``)."""
        files.append(self.path / "samples.jsonl", json.dumps(sample) + "\n")

    def samples(self) -> Iterator[dict[str, Any]]:
        """Every sample, in order; a line that is not whole is left out."""
        return self._lines("samples")

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        if name in self.without:
            return
        with suppress(OSError):
            path = files.regular(self.path / f"{name}.jsonl")
            yield from files.objects(path.read_text(errors="replace").split("\n"))


def folder(stack: Stack, run: str) -> RunFolder:
    """The folder of a run, made if need be."""
    path = stack.history / "runs" / run
    path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)


_LATEST = 5
_FILES = ("run.json", "ledger.jsonl", "series.jsonl", "result.json", "verdict.json")


def find(stack: Stack, name: str, runs_of_faults: Mapping[str, str | None]) -> RunFolder:
    """The run called ``name``: its id or how it begins, the id of a fault, the name of a game day
    (its latest run), or ``last``.

    Raises ``NoSuchTarget`` with the latest there are.
    """
    there = all_runs(stack)
    wanted = runs_of_faults.get(name) or name
    if name == "last" and there:
        return there[-1]
    found = [one for one in there if one.run == wanted] or [
        one for one in there if one.run.startswith(wanted)
    ]
    found = found or [one for one in there if one.day == name][-1:]
    if len(found) == 1:
        return found[0]
    faults = {run: fault for fault, run in runs_of_faults.items()}
    called = ((one.day or faults.get(one.run), one.run) for one in reversed(there))
    latest = [f"{what} ({run})" if what else run for what, run in called]
    error = no_such("run", name, latest, most=_LATEST)
    error.hint += (
        " A run is named by its id, by a fault's id (f-3), by its game day, or last. "
        "`sdctl runs` lists them."
    )
    raise error


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
    ledger = RunFolder(path).ledger_file()
    if ledger is None:
        return any((path / name).exists() for name in _FILES)
    if ledger.run == path.name:
        return True
    output.warn(f"{path} is passed over: it is a copy of {ledger.run}")
    return False
