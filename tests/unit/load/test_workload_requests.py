from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any, ClassVar

import pytest

from sdctl.load.workload_requests import WorkloadFailed, requests_of
from sdctl.workloads.workload import Feedback, Request

ONE = Request(b"GET", b"/", "read", "")


class Odd:
    """One of a user's own that gives what it is told to."""

    name: ClassVar[str] = "odd"
    summary: ClassVar[str] = "no matter"
    expected: ClassVar[frozenset[int]] = frozenset()

    def __init__(self, gives: Callable[[], Iterable[Any]]) -> None:
        self._gives = gives

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        return iter(self._gives())


def raises() -> Iterator[Request]:
    yield ONE
    raise ZeroDivisionError("by a user's own code")


@pytest.mark.parametrize(
    ("gives", "why"),
    [
        (raises, r"failed in line \d+: ZeroDivisionError: by a user's own code"),
        (lambda: [ONE], "ended after 1 request; it must go on for as long as it is asked"),
        (lambda: [ONE, 1], "gave 1, which is no Request"),
        (lambda: [ONE, b"x" * 500], r"gave b'x{58}, which is no Request"),
        (lambda: 3, r"failed in line \d+: TypeError: 'int' object is not iterable"),
    ],
)
def test_a_workload_that_gives_no_request_must_be_named_with_its_file_and_why(
    gives: Callable[[], Iterable[Any]], why: str
) -> None:
    found = requests_of(Odd(gives), Random(1), Feedback("run"))
    with pytest.raises(WorkloadFailed, match=why) as caught:
        assert list(islice(found, 2)) == [ONE]
    assert str(caught.value).startswith(f"the workload 'odd' in {__file__} ")


def test_a_workload_that_goes_on_must_be_asked_no_more_than_is_due() -> None:
    asked = []

    def gives() -> Iterator[Request]:
        while True:
            asked.append(1)
            yield ONE

    found = requests_of(Odd(gives), Random(1), Feedback("run"))
    assert list(islice(found, 3)) == [ONE] * 3
    assert len(asked) == 3
