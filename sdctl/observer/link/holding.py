"""Holds packets until their time has come, and then lets them go on."""

from __future__ import annotations

import heapq
import select
import time
from collections.abc import Callable

from sdctl.observer.link.packet_queue import ACCEPT, DROP, PacketQueue
from sdctl.observer.link.shaping import LinkDirection

_LOOK_S = 0.5
"""How often somebody is asked whether it is over."""


def hold(
    queue: PacketQueue, comes: LinkDirection, goes: LinkDirection, over: Callable[[], bool]
) -> None:
    """What comes by one link and what goes by the other, until it is ``over``; then whatever waits
    goes on at once."""
    held: list[tuple[float, int]] = []
    look = time.monotonic()
    while True:
        now = time.monotonic()
        while held and held[0][0] <= now:
            queue.decide(heapq.heappop(held)[1], ACCEPT)
        if now >= look:
            if over():
                break
            look = now + _LOOK_S
        until = min(held[0][0], look) if held else look
        ready, _, _ = select.select([queue.socket], [], [], max(0.0, until - time.monotonic()))
        if ready:
            now = time.monotonic()
            for packet in queue.waiting():
                due = (comes if packet.comes else goes).due(now, packet.length)
                if due is None:
                    queue.decide(packet.id, DROP)
                else:
                    heapq.heappush(held, (due, packet.id))
    for _, packet_id in sorted(held):
        queue.decide(packet_id, ACCEPT)
