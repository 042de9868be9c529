"""The breaker must spare callers what keeps failing, and notice when it is back."""

from sdctl.app.stores.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_must_open_only_after_failures_in_a_row() -> None:
    breaker = Breaker(failures=3, clock=Clock())
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert not breaker.is_open
    assert breaker.allows()


def test_while_open_it_must_let_one_try_through_per_pause() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, pause_s=1.0, clock=clock)
    breaker.failed()
    assert not breaker.allows()
    clock.now = 1.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.failed()
    clock.now = 2.0
    assert breaker.allows()


def test_one_success_must_close_it() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, clock=clock)
    breaker.failed()
    breaker.succeeded()
    assert breaker.allows()
    assert not breaker.is_open
