"""What an answer, or its absence, means: for the request, and for the write behind it.

| | request | write |
|---|---|---|
| 2xx | ok | acknowledged |
| 3xx, and statuses the workload expects | ok | refused |
| 4xx | failed | refused |
| 503 | failed | refused, unless the problem's member ``outcome`` says ``unknown`` |
| other 5xx (502, 504: the server broke or stayed silent after it was asked) | failed | unknown |
| never left (all other errors) | failed | refused |
| left, no answer: timeout, reset, protocol, aborted | unknown | unknown |

A gateway's own 503 means that it found no server to ask. Calling a write unknown is never wrong;
calling it refused must be sure, because a refused write that is found later is a broken promise.
So a write that was sent more than once is refused only if it was refused each time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, get_args

Outcome = Literal["acknowledged", "refused", "unknown"]
"""Of a write."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Error = Literal[
    "timeout", "reset", "protocol", "aborted",
    "refused", "unreachable", "connect_timeout", "queue_timeout", "unsent", "dns", "local",
]  # fmt: skip
"""Why there was no answer. The end of a run cuts off: ``aborted`` was sent, ``unsent`` was not."""

WORDS: Mapping[str, str] = {
    "timeout": "the answer did not come in time",
    "reset": "the connection broke",
    "protocol": "what came is not HTTP/1.1",
    "aborted": "the load ended before the answer came",
    "refused": "nobody listened at the address",
    "unreachable": "this machine knows no way to the address",
    "connect_timeout": "nobody took the connection in time",
    "queue_timeout": "waited too long for a free connection",
    "unsent": "the load ended before there was a free connection",
    "dns": "the name in the URL has no address",
    "local": "this machine could open no more connections",
}
"""The same for people."""

NO_ANSWER: frozenset[Error] = frozenset({"timeout", "reset", "protocol", "aborted"})
"""Errors after the request left: the server may or may not have done it."""


def of_write(status: int, body: bytes) -> Outcome:
    """The outcome of a write that was answered."""
    if 200 <= status < 300:
        return "acknowledged"
    if status == 503:
        return "unknown" if member(body, "outcome") == "unknown" else "refused"
    return "unknown" if status >= 500 else "refused"


def of_unanswered(error: Error) -> Outcome:
    """The outcome of a write without an answer."""
    return "unknown" if error in NO_ANSWER else "refused"


def of_attempts(last: Outcome, *, doubtful: bool) -> Outcome:
    """The outcome of a write whose last attempt came to ``last``. ``doubtful``: nobody knows
    whether an earlier one was done."""
    return "unknown" if doubtful and last == "refused" else last


def member(body: bytes, name: str) -> str | None:
    """A member of a JSON object as text; None when there is none or the body is something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = value.get(name) if isinstance(value, dict) else None
    return None if found is None else str(found)
