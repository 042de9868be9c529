"""What a ``LoadRunner`` and its processes say to each other."""

from __future__ import annotations

import importlib
import importlib.util
import io
import operator
import pickle
import sys
from dataclasses import dataclass
from typing import Any

from sdctl.judge.ledger import Rows
from sdctl.load.beats import Beat
from sdctl.load.plan import LoadPlan
from sdctl.load.process_figures import ProcessFigures


def pack(plan: LoadPlan) -> bytes:
    """A plan as bytes. Raises ``ValueError`` for a workload another process cannot import."""
    if type(plan.workload).__module__ == "__main__":
        raise ValueError("a workload for the background is defined in a module, not a script")
    buffer = io.BytesIO()
    _Pickler(buffer, type(plan.workload)).dump(plan)
    return buffer.getvalue()


def unpack(data: bytes) -> LoadPlan:
    """The plan that was packed."""
    plan = pickle.loads(data)
    assert isinstance(plan, LoadPlan)
    return plan


class _Pickler(pickle.Pickler):
    """Pickles a plug-in's class with its file: its module is known only to who loaded it."""

    def __init__(self, buffer: io.BytesIO, workload: type) -> None:
        super().__init__(buffer)
        self._workload = workload

    def reducer_override(self, obj: object) -> Any:
        if obj is not self._workload:
            return NotImplemented
        module = self._workload.__module__
        file = getattr(sys.modules[module], "__file__", None)
        return _workload_class, (module, file, self._workload.__qualname__)


def _workload_class(module: str, file: str | None, name: str) -> Any:
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError:
        if file is None:
            raise
        spec = importlib.util.spec_from_file_location(module, file)
        assert spec is not None
        assert spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        # dataclasses look their module up by name
        sys.modules[module] = found
        spec.loader.exec_module(found)
    return operator.attrgetter(name)(found)


@dataclass(frozen=True)
class Ready:
    """Connections are open. The answer is the moment to begin; any other word means stop."""


@dataclass(frozen=True, kw_only=True)
class ProgressReport:
    """A beat, and what the ledger noted since the one before."""

    beat: Beat
    rows: Rows


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The run ended with an error."""

    text: str
    """Its traceback."""
    workload: str = ""
    """What its workload did, where that failed."""


Report = Ready | ProgressReport | ProcessFigures | Failed
