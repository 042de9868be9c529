"""Requests to the reference service's orders, cheap enough for the hot path."""

from __future__ import annotations

from random import Random

from sdctl.app.contract import ORDERS
from sdctl.judge import content
from sdctl.workloads.workload import Feedback, Request

_ORDERS = ORDERS.encode()
USERS = 100
"""Users a run spreads its orders over: few enough to read every inbox afterwards."""

PAGE = 20
"""Orders in a list, as the service pages unless asked otherwise."""


def user(run: str, number: int) -> str:
    """The id of user ``number`` of a run."""
    return f"{run}-u{number}"


def users(run: str) -> tuple[str, ...]:
    """Every user id a run's orders may carry."""
    return tuple(user(run, number) for number in range(USERS))


class OrderRequests:
    """Builds a run's requests. Write ``n`` has the key ``<run>-<n>``, also as its ``item``."""

    def __init__(self, rng: Random, feedback: Feedback) -> None:
        self._rng = rng
        self._feedback = feedback
        self._run = feedback.run
        self._numbers = feedback.numbers()

    def write(self) -> Request:
        """A new order, of the next user in turn."""
        number = next(self._numbers)
        key = f"{self._run}-{number:08d}"
        who = _of_key(key)
        return Request(
            b"POST",
            _ORDERS,
            "write",
            key,
            f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\n".encode(),
            f'{{"user_id":"{who}","item":"{key}","quantity":1}}'.encode(),
            who,
            digest=content.order(who, key, 1),
        )

    def read_recent(self) -> Request | None:
        """An order of this run, the more likely the newer; None while none can be read.

        Zipf's law with exponent 1 over the rank by age: ``n**u`` for a uniform ``u`` has a density
        proportional to ``1/rank``.
        """
        ids = self._feedback.ids()
        if not ids:
            return None
        rank = int(len(ids) ** self._rng.random())
        return read(ids[-rank], self._feedback.key_at(-rank))

    def read_newest(self) -> Request | None:
        """The order acknowledged last, by the user who placed it; None while there is none."""
        newest = self._feedback.newest
        return None if newest is None else read(newest[1], newest[2])

    def read_list(self) -> Request:
        """One user's orders, newest first."""
        who = user(self._run, int(self._rng.random() * USERS))
        return Request(
            b"GET",
            f"{ORDERS}?user_id={who}".encode(),
            "read",
            "",
            client=who,
            shows=self._feedback.newest_of(who),
            page=PAGE,
        )


def read(order_id: str, key: str = "") -> Request:
    """One order by its id. ``key``: of its write; so it must show what was written, to its user."""
    who = _of_key(key) if key else ""
    return Request(
        b"GET",
        f"{ORDERS}/{order_id}".encode(),
        "read",
        order_id,
        client=who,
        shows=(f'"{who}"', f'"{key}"') if key else (),
    )


def _of_key(key: str) -> str:
    """The user in whose name the write with this key is sent."""
    run, _, number = key.rpartition("-")
    return user(run, int(number) % USERS)
