"""Tries requests again that were not answered well, as a client does that wants its answer.

The pause before the first repetition is random, from 0 to 0.1 s; before each further one the range
doubles, up to 10 s. That is exponential backoff with full jitter, so that clients which failed
together do not come back together (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

from sdctl.judge import outcome
from sdctl.judge.outcome import NO_ANSWER, Error
from sdctl.load.exchange import Exchange
from sdctl.load.request_attempts import Attempts, Earlier
from sdctl.load.tally import Tally

_PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may be answered well a moment later."""
_FIRST_S = 0.1
_LONGEST_S = 10.0


def longest_pause_s(retry: int) -> float:
    """How long the pause before a request's ``retry`` can be; the first one is 1."""
    return min(_LONGEST_S, _FIRST_S * 2.0 ** (retry - 1))


class Retries:
    """A client's sink that repeats what may be repeated, at most ``most`` times each. The tally
    behind it sees how each request ended, once."""

    def __init__(
        self,
        tally: Tally,
        most: int,
        send_again: Callable[[Exchange, Earlier], None],
        *,
        rng: Random,
    ) -> None:
        self.attempts = Attempts()
        self._tally = tally
        self._most = most
        self._send_again = send_again
        self._random = rng.random
        self._loop = asyncio.get_running_loop()
        self._over = most == 0
        self._pausing: dict[Exchange, tuple[asyncio.TimerHandle, Callable[[], None]]] = {}

    @property
    def pausing(self) -> int:
        """Requests that wait for their next attempt."""
        return len(self._pausing)

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        """A whole answer came."""
        if not self._over and status in _PASSING and self._may_be_repeated(exchange, status):
            doubtful = outcome.of_write(status, body) == "unknown"
            end = partial(self._tally.answered, exchange, status, body, now)
            self._pause(exchange, str(status), doubtful, end, now - exchange.sent_at)
            return
        self._tally.answered(exchange, status, body, now)
        if exchange.earlier is not None and self._tally.fine(status):
            self.attempts.rescued += 1

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        """No answer came, or the request never left."""
        if not self._over and self._may_be_repeated(exchange):
            end = partial(self._tally.unanswered, exchange, error, now)
            took_s = now - exchange.sent_at if error == "timeout" else None
            self._pause(exchange, error, error in NO_ANSWER, end, took_s)
            return
        self._tally.unanswered(exchange, error, now)

    def close(self) -> None:
        """Nothing is tried again from now on. What waits for its next attempt ends as its last
        one did."""
        self._over = True
        waiting, self._pausing = self._pausing, {}
        for timer, end in waiting.values():
            timer.cancel()
            end()

    def _may_be_repeated(self, exchange: Exchange, status: int = 0) -> bool:
        done = exchange.earlier.attempts if exchange.earlier is not None else 0
        return done < self._most and exchange.request.repeatable and not self._tally.expects(status)

    def _pause(
        self,
        exchange: Exchange,
        why: str,
        doubtful: bool,
        end: Callable[[], None],
        took_s: float | None,
    ) -> None:
        """``took_s``: its service time, which ``end`` counts too; None: it has none."""
        earlier = exchange.earlier or Earlier(0, exchange.sent_at, doubtful=False)
        next_one = Earlier(
            earlier.attempts + 1,
            earlier.sent_at or exchange.sent_at,
            exchange.doubtful or doubtful,
        )
        pause_s = self._random() * longest_pause_s(next_one.attempts)
        timer = self._loop.call_later(pause_s, self._repeat, exchange, why, next_one, took_s)
        self._pausing[exchange] = timer, end

    def _repeat(self, exchange: Exchange, why: str, earlier: Earlier, took_s: float | None) -> None:
        del self._pausing[exchange]
        if took_s is not None:
            self._tally.service.pending.append(took_s)
        self.attempts.again += 1
        self.attempts.requests += earlier.attempts == 1
        self.attempts.hidden[why] += 1
        self._send_again(exchange, earlier)
