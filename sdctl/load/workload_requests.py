"""The requests that a workload gives, one for each that is due."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from inspect import getfile
from random import Random

from sdctl.foundation.units import counted
from sdctl.workloads.workload import Feedback, Request, Workload


class WorkloadFailed(Exception):
    """A workload gave no request where one was due. Its text names the file, and says why."""


def requests_of(workload: Workload, rng: Random, feedback: Feedback) -> Iterator[Request]:
    """They have no end. Raises ``WorkloadFailed`` for a workload whose own code fails, that ends,
    or that gives something else."""
    given, cause = 0, None
    try:
        answers: Iterable[object] = workload.requests(rng, feedback)
        for request in answers:
            if not isinstance(request, Request):
                why = f"gave {request!r:.60}, which is no Request"
                break
            given += 1
            yield request
        else:
            said = counted(given, "request")
            why = f"ended after {said}; it must go on for as long as it is asked"
    except Exception as error:
        cause = error
        why = f"failed{_where(workload, error)}: {type(error).__name__}: {error}".rstrip(": ")
    file = getfile(type(workload))
    raise WorkloadFailed(f"the workload {workload.name!r} in {file} {why}") from cause


def _where(workload: Workload, error: Exception) -> str:
    """The last line of its file that ran; empty: none did."""
    file = getfile(type(workload))
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == file
    ]
    return f" in line {lines[-1]}" if lines else ""
