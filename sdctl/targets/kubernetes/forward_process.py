"""The process that listens on ports of this machine, on the loopback alone, and has each connection
carried to its pod, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sdctl.targets.kubernetes import forward_record, forward_streams, forwarding
from sdctl.targets.kubernetes.forward_record import Forward, Forwards

_LOOK_S = 5.0


def main() -> None:
    """Forward what the folder says."""
    file = forwarding.place(Path(sys.argv[1]))
    wanted = forward_record.read(file)
    assert wanted is not None
    asyncio.run(_serve(file, wanted))


async def _serve(file: Path, wanted: Forwards) -> None:
    from sdctl.targets.kubernetes.cluster import Cluster

    connection = Cluster(wanted.context, wanted.namespace).connection()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with connection as client:
        opened = [await _open(client, wanted.namespace, forward) for forward in wanted.forwards]
        with forwarding.listening(file, replace(wanted, forwards=tuple(opened))):
            while not over.is_set() and _exists(file):  # who removes the folder ends it as well
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), _LOOK_S)


async def _open(client: Any, namespace: str, forward: Forward) -> Forward:
    way: forward_streams.Way = (
        forward_streams.Straight(forward.through)
        if forward.through
        else forward_streams.ByApi(client, namespace, forward.node, forward.number)
    )
    server = await forward_streams.serve(way, forwarding.HOST, forward.listen)
    return replace(forward, listen=server.sockets[0].getsockname()[1])


def _exists(file: Path) -> bool:
    return file.exists()
