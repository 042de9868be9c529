"""A run's folder: what was sent, what became of it, and what it was judged to be.

    <history>/runs/<run>/run.json        what ran, on which stack, machine and versions
                         ledger.jsonl    every write (ledger.py)
                         series.jsonl    a line a second: rates, latencies, counts
                         samples.jsonl   a line a second: what queue, workers and cache had
                         result.json     as `sdctl load --json`
                         verdict.json    as `sdctl chaos FAULT --json`
                         verdict-f-3.json  that on an earlier fault, or game day, beside the same
                                           load; of a day, f-3 is its first fault

Written as it happens, so a killed run can still be judged. For people and reports, never read to
decide what is done to a stack.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sdctl.foundation import files, json_files, output, shape
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.run_shapes import ResultShape, RunShape
from sdctl.judge.series_so_far import SeriesSoFar
from sdctl.judge.verdict_shapes import VerdictShape

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


RunKind = Literal["load", "chaos"]
_LATEST_S = 32e9
"""The year 2984. Anybody can give a folder any time, also one that no calendar has."""
_ID = re.compile(r"f-[0-9]{1,9}")
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
        except OSError as error:
            _name(self.ledger, error)
            return None
        except ValueError as why:
            if self.ledger.stat().st_size:  # else the run has only begun to write it
                output.warn(f"{self.ledger} is passed over: {why}")
            return None

    def read(self, name: str) -> Any:
        """The value of ``run``, ``result`` or ``verdict``; None when it is not there. One that is
        damaged, or holds what no sdctl wrote, counts as not there, and is named."""
        path, kind = self.path / f"{name}.json", name.partition("-")[0]
        if kind in self.without:
            return None
        try:
            value = json_files.read_object(path)
            shape.check(value, _SHAPES[kind])
            return value
        except FileNotFoundError as error:
            _name(path, error)
            return None
        except (json_files.Damaged, ValueError) as why:
            output.warn(f"{path} is passed over: {why}")
            return None

    def verdict_on(self, fault: str) -> Any:
        """As ``read``: the verdict on one fault of the run, or on the game day that it was part of.
        One that names no fault is on it."""
        latest = self.read("verdict")
        if not faults_of(latest) or fault in faults_of(latest):
            return latest
        return next((kept for kept in self._kept() if fault in faults_of(kept)), None)

    def first_fault_of(self, day: str) -> str | None:
        """The first fault of a game day whose verdict is kept, as a later one was played beside the
        same load; None: there is none such."""
        if day == self.day:
            return None
        kept = [verdict for verdict in self._kept() if verdict.get("day") == day]
        return faults_of(kept[-1])[0] if kept else None

    def keep_verdict(self, verdict: Mapping[str, Any]) -> None:
        """Write ``verdict``. One on other faults, which were measured with the same load, is kept
        beside it."""
        before = self.read("verdict")
        others = faults_of(before)
        if others and not set(others) & set(faults_of(verdict)):
            self.write(f"verdict-{others[0]}", before)
        self.write("verdict", verdict)

    def _kept(self) -> Iterator[dict[str, Any]]:
        """The verdicts beside the latest, in the order of their faults."""
        names = (path.stem.partition("-")[2] for path in self.path.glob("verdict-f-*.json"))
        known = sorted(
            (name for name in names if _ID.fullmatch(name)), key=lambda id_: int(id_[2:])
        )
        yield from (kept for name in known if (kept := self.read(f"verdict-{name}")) is not None)

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
        path = self.path / f"{name}.jsonl"
        try:
            text = files.regular(path).read_text(errors="replace")
        except OSError as error:
            _name(path, error)
            return
        *lines, last = text.split("\n")
        found = list(json_files.objects(lines))
        if damaged := sum(map(bool, lines)) - len(found):
            output.warn(f"{path}: {damaged} damaged lines are passed over")
        yield from found
        yield from json_files.objects([last])  # of a run that was killed it may be a part


def _name(path: Path, error: OSError) -> None:
    """Name a file that is there, and that nobody can read."""
    why = (error.strerror or str(error)).lower()
    if isinstance(error, FileNotFoundError):
        if not path.is_symlink():
            return
        why = "it is a link that leads nowhere"
    output.warn(f"{path} is passed over: {why}")


def faults_of(verdict: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The ids of the faults that a verdict is on: one, or those of a game day that began; empty: it
    names none."""
    told = verdict or {}
    parts = [told, *(told.get("faults") or ())]
    named = [(part.get("fault") or {}).get("id", "") for part in parts]
    return tuple(name for name in named if _ID.fullmatch(name))
