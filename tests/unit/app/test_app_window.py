"""Rates, latencies and CPU must be those of the last seconds."""

from sdctl.app.cpu import Cpu
from sdctl.app.window import Latencies, Window


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


def test_the_slowest_hundredth_must_be_that_of_the_last_seconds() -> None:
    clock = Clock()
    latencies = Latencies(15, clock)
    assert latencies.p99() is None
    for _ in range(980):
        latencies.add(0.01)
    for _ in range(20):
        latencies.add(0.2)
    slowest = latencies.p99()
    assert slowest is not None
    assert 0.2 <= slowest <= 0.22
    clock.now += 10
    for _ in range(500):
        latencies.add(0.05)
    assert latencies.p99() == slowest
    clock.now += 10
    later = latencies.p99()
    assert later is not None
    assert 0.05 <= later <= 0.055
    clock.now += 10
    assert latencies.p99() is None


def test_a_processor_that_was_half_used_must_be_half_a_core() -> None:
    clock, used = Clock(), Clock()
    cpu = Cpu(clock, used)
    assert cpu.cores() is None
    for _ in range(40):
        clock.now += 1
        used.now += 0.5
        cpu.look()
    assert cpu.cores() == 0.5
    for _ in range(14):
        clock.now += 1
        cpu.look()
    # the second in which it was used last is the oldest of the window
    assert cpu.cores() == 0
