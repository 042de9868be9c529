"""Whose limit a run met, and what that makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from test_load_assertions import result

from sdctl.load.checked import Checked
from sdctl.load.judgement import judgement
from sdctl.load.result import LoadResult

LATE: dict[str, Any] = {"late_ms_p99": 55.0}
FULL = {"cpu_idle": 0.01, "cpu_steal": 0.0}
STOLEN = {"cpu_idle": 0.3, "cpu_steal": 0.2}
FREE = {"cpu_idle": 0.6, "cpu_steal": 0.0}


@pytest.mark.parametrize(
    ("changes", "whose", "words"),
    [
        ({}, None, ""),
        ({"host": FULL}, None, ""),
        ({"late_ms_p99": 20.0}, None, ""),
        ({**LATE, "cpu_s": 16.0}, "schedule", "could not keep its schedule"),
        ({**LATE, "cpu_s": 16.0, "host": FREE}, "schedule", "55 ms late"),
        # who needs 4% of a core is not what is too slow
        (LATE, "machine", "in some moments others held the machine's cores; the generator"),
        ({**LATE, "host": FREE}, "machine", "it was 60% idle); the generator itself used 4%"),
        ({**LATE, "host": FULL}, "machine", "no CPU left (1% idle); the generator itself used 4%"),
        ({**LATE, "host": STOLEN}, "machine", "hypervisor took 20%"),
        ({**LATE, "host": FULL, "cpu_s": 29.0}, "cpu", "over 90% of a core"),
        ({"cpu_s": 27.1}, "cpu", "over 90% of a core"),
        ({"cpu_s": 29.0, "processes": 2}, None, ""),
        # beginning and ending took it: so short a run tells nothing of the rate
        ({"cpu_s": 0.02, "duration_s": 0.001}, None, ""),
        ({**LATE, "cpu_s": 0.2, "duration_s": 0.2}, "cpu", "over 90% of a core"),
        ({"scarce": {"files": 3}}, "files", "lacked open files: 3 requests"),
        ({"scarce": {"ports": 3}}, "ports", "lacked free ports"),
        ({"scarce": {"memory": 3}}, "memory", "lacked memory"),
        ({**LATE, "scarce": {"files": 3}}, "files", "lacked open files"),
        ({"queued": 5, "connections": 16, "short_of_files": True}, "files", "16 connections"),
        ({"queued": 5, "connections": 2000}, None, ""),
        ({"by_error": {"queue_timeout": 9}, "connections": 2000}, "connections", "all 2000"),
    ],
)
def test_a_limit_must_be_given_to_whose_it_was(
    changes: dict[str, Any], whose: str | None, words: str
) -> None:
    found = replace(result(), **changes).limit
    assert (found and found.whose) == whose
    assert words in str(found or "")
    generator = replace(result(), **changes).to_json()["generator"]
    assert isinstance(generator, dict)
    assert (generator["saturated"], generator["limit"]) == (whose is not None, whose)


def checked(**ok: bool | None) -> tuple[Checked, ...]:
    return tuple(Checked(expr=name, ok=figure, counts=name != "p99") for name, figure in ok.items())


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({}, 0, ""),
        (LATE, 9, "the latencies do not count"),
        ({"assertions": checked(p99=False)}, 8, "not so: p99"),
        # a latency that does not count can break no promise; how requests ended is a fact
        ({**LATE, "assertions": checked(p99=False)}, 9, "the latencies do not count"),
        ({**LATE, "assertions": checked(failed=False)}, 8, "not so: failed"),
        ({"scarce": {"files": 1}, "assertions": checked(failed=False)}, 9, "open files"),
        ({"assertions": checked(p99=None)}, 9, "not measured: p99"),
        ({"assertions": checked(p99=True, failed=True)}, 0, ""),
        ({"ok": 0, "by_status": {}, "by_error": {"refused": 9}}, 8, "every request failed (refus"),
        ({**LATE, "ok": 0, "by_status": {503: 9}}, 8, "every request failed (503: 9"),
        ({"ok": 0, "scarce": {"files": 1}}, 9, "open files"),
        ({"sent": 0, "ok": 0}, 0, ""),
    ],
)
def test_a_run_must_end_as_it_deserves(changes: dict[str, Any], code: int, words: str) -> None:
    quiet: LoadResult = replace(result(), unknown=0, by_error={})
    error = judgement(replace(quiet, **changes))
    assert (error.code if error else 0) == code
    assert words in (error.message if error else "")
