"""Waiting for an observed state with a deadline: all that can only be asked for is waited for here.

What says by itself that it is there, such as an event of a thread or the end of a process, is
waited for where it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
_AWAKE_S = 0.3


def moment(at: float) -> None:
    """Wait for a moment of ``time.monotonic()``: never shorter, and less than a millisecond longer
    on an idle machine."""
    until(
        time.monotonic,
        lambda now: now >= at,
        timeout_s=max(at - time.monotonic(), 0.0) + 1.0,
        every_s=max(at - time.monotonic(), 0.0) + 0.0001,
    )


def ended(futures: Collection[Future[Any]]) -> None:
    """Wait until all of them have ended, or one has failed. In between the thread wakes: a signal
    that comes just as it begins to wait for a lock does not wake it, so Ctrl-C would be heard only
    when the work is done."""
    from concurrent.futures import FIRST_EXCEPTION, wait

    while True:
        done, pending = wait(futures, timeout=_AWAKE_S, return_when=FIRST_EXCEPTION)
        if not pending or any(future.exception() for future in done):
            return


def left_s(deadline: float) -> float:
    """The seconds until a ``deadline``, a moment of ``time.monotonic()``; one at the least: what is
    so already is to be seen."""
    return max(deadline - time.monotonic(), 1.0)


def until(
    observe: Callable[[], T],
    good: Callable[[T], bool],
    *,
    timeout_s: float,
    every_s: float = 0.3,
) -> tuple[bool, T]:
    """Observe again and again until ``good`` or the deadline; whether it was, and what was last
    seen. It observes at least once, and ``observe`` may raise to end the waiting."""
    import tenacity

    last: list[T] = []

    def once() -> T:
        last[:] = [observe()]
        return last[0]

    try:
        tenacity.Retrying(
            stop=tenacity.stop_after_delay(timeout_s),
            wait=tenacity.wait_fixed(every_s),
            retry=tenacity.retry_if_result(lambda seen: not good(seen)),
        )(once)
    except tenacity.RetryError:
        return False, last[0]
    return True, last[0]
