"""What the observer measures of a node whose network a helper spoils; one JSON object on stdout.

python3 -m sdctl.observer.link.measuring latency postgres-1 200
python3 -m sdctl.observer.link.measuring loss postgres-1 4500
python3 -m sdctl.observer.link.measuring rate postgres-1 3
python3 -m sdctl.observer.link.measuring call f-3 postgres-1 postgres-2
python3 -m sdctl.observer.link.measuring heard f-3 postgres-1 postgres-2
"""

from __future__ import annotations

import json
import select
import socket
import statistics
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdctl.observer.link.answering import HOW_MUCH
from sdctl.observer.link.calling import CALL, WHO
from sdctl.observer.link.instructions import PORT, call_port

_EVERY_S = 0.005
_BURST, _BURST_EVERY_S = 10, 0.006
_LATE_S = 5.0
"""How long after the last datagram an answer may come."""
_QUIET_S = 1.0
_BUFFER = 4 * 1024**2
_FEWEST = 10
_FIND_S = 2.0
_ETHERNET = 14
"""Bytes of a frame that the interface counts, and IP does not."""
_TRIES = 8


def latency(node: str, count: int) -> dict[str, float]:
    """Round trips, in milliseconds: the median, and how far the middle half of them is spread. A
    machine that is busy for a moment makes some of them long, and neither of these. One that is
    full all the while makes both longer: how late this process was woken, the median, tells that.
    """
    trips = _round_trips(node, count, burst=1, every_s=_EVERY_S)
    if len(trips.took_s) < _FEWEST:
        raise OSError(f"only {len(trips.took_s)} of {count} datagrams came back")
    low, middle, high = statistics.quantiles(trips.took_s, n=4)
    return {
        "answered": len(trips.took_s),
        "median_ms": middle * 1000,
        "middle_half_ms": (high - low) * 1000,
        "woken_late_ms": statistics.median(trips.late_s) * 1000,
    }


def loss(node: str, count: int) -> dict[str, float]:
    """Of how many datagrams how many came back."""
    answered = len(_round_trips(node, count, burst=_BURST, every_s=_BURST_EVERY_S).took_s)
    return {"sent": count, "answered": answered, "lost_percent": 100 * (1 - answered / count)}


def rate(node: str, seconds: float) -> dict[str, float]:
    """What the node sends while one connection takes as much as it can have, in bits a second with
    IP headers: what the node has to send besides shares the link. The connection's own part is
    told, too. It is given time to find its rate first."""
    with socket.create_connection((node, PORT), timeout=10.0) as connection:
        connection.setblocking(False)
        _taken(connection, _FIND_S)
        before = _ask(node, HOW_MUCH)
        count = _taken(connection, seconds)
        after = _ask(node, HOW_MUCH)
    took, packets = after["at"] - before["at"], after["packets"] - before["packets"]
    bits = 8 * (after["bytes"] - before["bytes"] - _ETHERNET * packets)
    return {"seconds": took, "bits_per_s": bits / took, "transfer_bits_per_s": 8 * count / took}


def _taken(connection: socket.socket, seconds: float) -> int:
    """How many bytes came in so long."""
    count, end = 0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([connection], [], [], left)[0]:
            count += len(connection.recv(1 << 16))
    return count


def call(fault: str, *nodes: str) -> dict[str, Any]:
    """The helpers of a fault begin to call their peers, and to count whom they hear."""
    return {node: _ask(node, CALL, call_port(fault)) for node in nodes}


def heard(fault: str, *nodes: str) -> dict[str, Any]:
    """By node, whom of its peers its helper has heard since, and how often."""
    return {node: _ask(node, WHO, call_port(fault)) for node in nodes}


def _ask(node: str, question: bytes, port: int = PORT) -> Mapping[str, Any]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(1.0)
        for _ in range(_TRIES):
            asking.sendto(question, (node, port))
            try:
                answer: Mapping[str, Any] = json.loads(asking.recv(1 << 16))
            except TimeoutError:
                continue
            return answer
    raise OSError(f"the helper of {node} does not answer")


@dataclass(frozen=True)
class _Trips:
    """Of datagrams, in seconds."""

    took_s: Sequence[float]
    """The round trip of each that came back."""
    late_s: Sequence[float]
    """How much later than planned each burst was sent."""


def _round_trips(node: str, count: int, *, burst: int, every_s: float) -> _Trips:
    """Datagrams are sent in bursts, on time."""
    took: dict[int, float] = {}
    late: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        sending.connect((node, PORT))
        sending.setblocking(False)

        def take(until: float) -> None:
            while (left := until - time.monotonic()) > 0:
                if not select.select([sending], [], [], left)[0]:
                    return
                number, sent = struct.unpack("!Id", sending.recv(64))
                took.setdefault(number, time.monotonic() - sent)

        began = time.monotonic()
        for number in range(count):
            if number % burst == 0:
                late.append(time.monotonic() - began - number // burst * every_s)
            sending.send(struct.pack("!Id", number, time.monotonic()))
            if number % burst == burst - 1:
                take(began + (number // burst + 1) * every_s)
        end = time.monotonic() + _LATE_S
        while time.monotonic() < end and len(took) < count:
            before = len(took)
            take(min(end, time.monotonic() + _QUIET_S))
            if len(took) == before:
                break
    return _Trips(list(took.values()), late)


def _with_idle(measured: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
    """A measurement with ``idle``: the share of the machine's CPU that was idle meanwhile."""
    before = _machine_ticks()
    figures = measured()
    idle, total = (after - at for after, at in zip(_machine_ticks(), before, strict=True))
    return {**figures, "idle": idle / max(total, 1)}


def _machine_ticks() -> tuple[int, int]:
    """Of all processors since the machine started: those that were idle, and all. A guest's ticks
    stand in ``user`` already (proc_stat(5)), so its columns, the last two, are left out."""
    first, *_ = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    ticks = [int(column) for column in first.split()[1:9]]
    return ticks[3], sum(ticks)


MEASURES: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "latency": lambda node, count: _with_idle(lambda: latency(node, int(count))),
    "loss": lambda node, count: _with_idle(lambda: loss(node, int(count))),
    "rate": lambda node, seconds: _with_idle(lambda: rate(node, float(seconds))),
    "call": call,
    "heard": heard,
}


def main(name: str, *words: str) -> None:
    """One measurement; what went wrong is one line on stderr."""
    try:
        print(json.dumps(MEASURES[name](*words)))
    except OSError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
