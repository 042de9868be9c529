"""A signal is one exception, at a moment when things are whole; none is lost."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from sdctl.foundation.children import ended_with_us

_HEAD = """
import os, signal, sys, time
from sdctl.foundation import signals
def send(name): os.kill(os.getpid(), getattr(signal, name))
signals.listen(lambda number: os._exit(99))
"""


def said(body: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{_HEAD}\n{body}"], capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.strip()


def test_before_anything_is_under_way_it_must_leave_at_once() -> None:
    assert said("send('SIGTERM'); print('not here')") == (99, "")


@pytest.mark.parametrize(("name", "number"), [("SIGINT", 2), ("SIGTERM", 15), ("SIGHUP", 1)])
def test_what_is_held_together_must_be_whole(name: str, number: int) -> None:
    body = f"""
signals.begin()
try:
    with signals.held():
        send('{name}')
        print('whole', end=' ')
    print('not here')
except KeyboardInterrupt as end:
    print(end.number, signals.first())
"""
    assert said(body) == (0, f"whole {number} {number}")


def test_a_second_must_not_stop_the_healing_and_a_third_may() -> None:
    body = """
signals.begin()
try:
    with signals.held():
        try:
            with signals.let_in():
                send('SIGTERM')
                print('not here')
        finally:
            time.monotonic(); send('SIGINT')
            print('healing', end=' ')
            send('SIGHUP')
            print('not here either')
except KeyboardInterrupt as end:
    print(end.number)
"""
    assert said(body) == (0, "healing 15")


def test_one_action_that_sends_it_twice_must_count_once() -> None:
    body = """
signals.begin()
try:
    try:
        send('SIGTERM')
    finally:
        for _ in range(5):
            send('SIGTERM')
        print('healed', end=' ')
except KeyboardInterrupt as end:
    print(end.number)
"""
    assert said(body) == (0, "healed 15")


_DROPPED = """
class Dropped:
    def __del__(self):
        send('SIGINT')
        for _ in range(1000): pass
signals.begin()
try:
    Dropped()
    time.sleep(20)
    print('lost')
except KeyboardInterrupt as end:
    print('heard', signals.first())
"""
_LATE = """
import threading
class Late(threading.Timer):
    late = True
    def start(self):
        super().start()
        if Late.late:
            Late.late = False
            self.join()
            for _ in range(1000): pass
threading.Timer = Late
"""
"""A machine on which the thread that sends it again starts late."""


@pytest.mark.parametrize("machine", ["", _LATE], ids=["quick", "busy"])
def test_one_that_falls_into_a_destructor_must_come_again(machine: str) -> None:
    assert said(machine + _DROPPED) == (0, "heard 2")


def test_what_was_started_must_end_with_us() -> None:
    process = subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE, text=True)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ended_with_us(process):
        raise KeyboardInterrupt
    assert process.returncode == -15
    assert time.monotonic() - began < 20
