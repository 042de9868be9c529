"""The helper of a fault, in a node's network namespace: it spoils the network as it is told, says
``ready``, and ends by itself when its time is over or the namespace is nobody's any more. When it
ends, in whichever way, its rules go with it.

    python3 -m sdctl.observer.link ORDERS
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time

from sdctl.observer.link import ruleset
from sdctl.observer.link.answering import Answering
from sdctl.observer.link.calling import Calling
from sdctl.observer.link.holding import hold
from sdctl.observer.link.instructions import CALL_PORTS, PORT, TABLE, HelperInstructions, call_port
from sdctl.observer.link.packet_queue import PacketQueue
from sdctl.observer.link.shaping import LinkDirection

GONE = 3
"""The exit code when the namespace has lost its interfaces: its node has ended."""
_LOOK_S = 0.5


def main(text: str) -> int:
    """The exit code; why it cannot be done is said in one line."""
    instructions = HelperInstructions.of_json(text)
    end = time.monotonic() + instructions.for_s
    asked = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked.set())
    linked = bool(_interfaces())

    def gone() -> bool:
        return linked and not _interfaces()

    def over() -> bool:
        return asked.is_set() or time.monotonic() >= end or gone()

    try:
        slow = instructions.latency_s > 0 or instructions.rate > 0
        queue = PacketQueue(whole=not instructions.rate) if slow else None
        owner = ruleset.install(_rules(instructions, queue))
        answering = Answering()
        calling = Calling(instructions) if instructions.cuts else None
    except OSError as error:
        print(_why(error), flush=True)
        return 1
    answering.start()
    if calling is not None:
        calling.start()
    print("ready", flush=True)
    if queue is not None:
        comes = LinkDirection(instructions.latency_s, instructions.jitter_s, instructions.rate)
        hold(queue, comes, LinkDirection(rate=instructions.rate), over)
    while not over():
        asked.wait(_LOOK_S)
    owner.close()
    return GONE if gone() else 0


def _rules(instructions: HelperInstructions, queue: PacketQueue | None) -> ruleset.FilterRules:
    known = (*instructions.spare, *instructions.addresses(tuple(instructions.peers)))
    return ruleset.FilterRules(
        table=f"{TABLE}{instructions.fault.replace('-', '_')}",
        spare=instructions.spare,
        spare_not_port=PORT,
        spare_calls=CALL_PORTS,
        own_calls=call_port(instructions.fault),
        cut_to=instructions.addresses(instructions.cut_to),
        cut_from=instructions.addresses(instructions.cut_from),
        cut_others_from=known if instructions.outside else (),
        loss=instructions.loss,
        queue_in=queue.number if queue else None,
        queue_out=queue.number if queue and instructions.rate else None,
    )


def _interfaces() -> list[str]:
    return [name for _, name in socket.if_nameindex() if name != "lo"]


def _why(error: OSError) -> str:
    said = os.strerror(error.errno) if error.errno else str(error)
    return f"the kernel's packet filter refuses what this fault needs ({said})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
