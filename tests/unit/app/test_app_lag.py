"""A follower's lag must be the age of what it has not replayed yet."""

from sdctl.app.stores.lag import LagClock


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lag_must_grow_from_the_first_write_that_is_missing() -> None:
    clock = Clock()
    lag = LagClock(clock)
    for second in range(5):
        clock.now = float(second)
        lag.wrote(second * 100)
    assert lag.lag_s(400) == 0
    assert lag.lag_s(250) == 1
    assert lag.lag_s(50) == 3


def test_an_idle_leader_must_not_make_followers_late() -> None:
    clock = Clock()
    lag = LagClock(clock)
    for second in range(30):
        clock.now = float(second)
        lag.wrote(100)
    assert lag.lag_s(100) == 0


def test_a_new_leaders_positions_must_not_be_compared_with_the_old_ones() -> None:
    lag = LagClock(Clock())
    lag.wrote(1000)
    lag.forget()
    assert lag.lag_s(10) == 0
