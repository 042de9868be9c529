from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from sdctl.foundation import waiting


def test_a_moment_must_never_come_early_and_hardly_late() -> None:
    off = []
    for ahead in (-1.0, 0.0, 0.02, 0.1):
        at = time.monotonic() + ahead
        waiting.moment(at)
        off.append(time.monotonic() - max(at, at - ahead))
    assert min(off) >= 0
    assert sorted(off)[1] < 0.02


@pytest.fixture
def at_work() -> Iterator[Future[bool]]:
    """One that goes on."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(over.wait, 60)
        over.set()


def test_ctrl_c_must_be_heard_also_where_it_does_not_wake_who_waits(at_work: Future[bool]) -> None:
    """As a signal that comes just as the thread begins to wait."""
    threading.Timer(0.05, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        waiting.ended([at_work])
    assert not at_work.done()


def test_work_must_be_waited_for_until_all_has_ended_or_one_has_failed(
    at_work: Future[bool],
) -> None:
    well, failed = Future[int](), Future[int]()
    well.set_result(1)
    failed.set_exception(ValueError())
    waiting.ended([well])
    waiting.ended([well, failed, at_work])
    assert not at_work.done()
