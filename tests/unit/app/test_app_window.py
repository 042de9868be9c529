"""The rate must be that of the last whole seconds."""

from sdctl.app.window import Window


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_must_be_a_rate_of_zero() -> None:
    assert Window(clock=Clock()).rate() == 0


def test_a_steady_rate_must_be_found_and_old_events_forgotten() -> None:
    clock = Clock()
    window = Window(8, clock)
    for _ in range(20):
        window.add(50)
        clock.now += 1
    assert window.rate() == 50
    clock.now += 4
    assert window.rate() == 25
    clock.now += 20
    assert window.rate() == 0


def test_a_young_window_must_not_count_seconds_it_has_not_seen() -> None:
    clock = Clock()
    window = Window(8, clock)
    window.add(30)
    clock.now += 1
    assert window.rate() == 30
