"""The way in: ports of this machine that lead to pods, as a process of its own.

It listens on the loopback alone. Each connection is one to the cluster's API, which takes it to the
pod; or, where a Service is exposed on the cluster's machines, straight to one of those.

    forwards.json    what is forwarded, and on which ports
    forwards.lock    held by who listens, with its process id
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sdctl.foundation import children, waiting
from sdctl.foundation.errors import BringUpFailed

HOST = "127.0.0.1"
_START_S = 20.0
_LOOK_S = 5.0
_CHUNK = 64 * 1024
_PROTOCOL = "v4.channel.k8s.io"
_DATA = 0
"""The channel of a port's data; the next one says what went wrong."""
_HEAD = 3
"""The first message of each channel repeats the port."""


@dataclass(frozen=True, kw_only=True)
class Forward:
    """A port of a pod, and where it is on this machine."""

    node: str
    number: int
    listen: int = 0
    """0: the kernel's choice."""
    through: str = ""
    """``host:port`` that leads there as well; empty: by way of the API."""


@dataclass(frozen=True, kw_only=True)
class Forwards:
    """All of a stack."""

    context: str
    namespace: str
    forwards: tuple[Forward, ...]


def addresses(folder: Path) -> dict[str, dict[int, str]]:
    """By node and port, where this machine reaches it. Who forwards is started if it is gone."""
    file = folder / "forwards.json"
    said = _read(file)
    if said is None:
        return {}
    if not _runs(file):
        said = ensure(folder, said)
    found: dict[str, dict[int, str]] = {}
    for forward in said.forwards:
        found.setdefault(forward.node, {})[forward.number] = f"{HOST}:{forward.listen}"
    return found


def ensure(folder: Path, wanted: Forwards) -> Forwards:
    """Have these, and no others. Raises ``BringUpFailed``."""
    file = folder / "forwards.json"
    now = _read(file)
    if now is not None and _runs(file):
        if _same(now, wanted):
            return now
        end(folder)
    # a port that was the kernel's choice stays what it was, where that can be
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(asdict(wanted)))
    new.replace(file)
    process = subprocess.Popen(
        children.command("sdctl.targets.kubernetes.forwarding", str(folder)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    waiting.until(
        lambda: process.poll() is not None or _runs(file), bool, timeout_s=_START_S, every_s=0.1
    )
    said = _read(file)
    if process.poll() is not None or said is None or not _runs(file):
        process.kill()
        _, why = process.communicate()
        raise BringUpFailed(
            "the ports of this machine could not be opened",
            hint="Is one of them taken? `sdctl doctor` names who has it.",
            details=why.splitlines()[-1:],
        )
    assert process.stderr is not None
    process.stderr.close()
    return said


def end(folder: Path) -> None:
    """Close all."""
    file = folder / "forwards.json"
    if _runs(file):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(_lock(file).read_text()), signal.SIGTERM)
        waiting.until(lambda: _runs(file), lambda runs: not runs, timeout_s=5, every_s=0.05)
    for path in (file, _lock(file)):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def main() -> None:
    """The process: forwards until it is told to end."""
    folder = Path(sys.argv[1])
    file = folder / "forwards.json"
    wanted = _read(file)
    assert wanted is not None
    asyncio.run(_serve(file, wanted))


async def _serve(file: Path, wanted: Forwards) -> None:
    from sdctl.targets.kubernetes.cluster import Cluster

    connection = Cluster(wanted.context, wanted.namespace).connection()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with connection as client:
        opened = [await _open(client, wanted.namespace, one) for one in wanted.forwards]
        said = Forwards(context=wanted.context, namespace=wanted.namespace, forwards=tuple(opened))
        with _listening(file, said):
            while not over.is_set() and _exists(file):  # who removes the folder ends it as well
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), _LOOK_S)


@contextlib.contextmanager
def _listening(file: Path, said: Forwards) -> Iterator[None]:
    """Say on which ports, then that somebody listens there."""
    file.write_text(json.dumps(asdict(said)))
    with _lock(file).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def _open(client: Any, namespace: str, forward: Forward) -> Forward:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(Exception):  # whatever ends one connection ends no other
            if forward.through:
                await _straight(forward.through, reader, writer)
            else:
                await _by_api(client, namespace, forward, reader, writer)
        writer.close()

    server = await asyncio.start_server(take, HOST, forward.listen, limit=_CHUNK)
    port = server.sockets[0].getsockname()[1]
    return Forward(node=forward.node, number=forward.number, listen=port, through=forward.through)


async def _by_api(
    client: Any,
    namespace: str,
    forward: Forward,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods/{forward.node}/portforward"
    async with client.websocket(
        path,
        subprotocols=[_PROTOCOL],
        params={"ports": forward.number},
        keepalive_ping_interval_seconds=None,
    ) as session:

        async def out() -> None:
            while chunk := await reader.read(_CHUNK):
                await session.send_bytes(bytes([_DATA]) + chunk)

        async def back() -> None:
            heads = 0
            while True:
                message = await session.receive_bytes()
                if heads < 2 and len(message) == _HEAD:
                    heads += 1
                elif message[0] != _DATA:
                    return
                else:
                    writer.write(message[1:])
                    await writer.drain()

        await _first_of(out(), back())


async def _straight(place: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host, _, port = place.rpartition(":")
    from_there, there = await asyncio.open_connection(host, int(port), limit=_CHUNK)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(_CHUNK):
            sink.write(chunk)
            await sink.drain()

    try:
        await _first_of(pump(reader, there), pump(from_there, writer))
    finally:
        there.close()


async def _first_of(*ways: Any) -> None:
    """Until one of the ways has ended: then the other has nobody to talk to."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _same(now: Forwards, wanted: Forwards) -> bool:
    def key(all_: Forwards) -> Sequence[Any]:
        return (all_.context, all_.namespace, sorted(
            (one.node, one.number, one.through) for one in all_.forwards
        ))  # fmt: skip

    ports = {(one.node, one.number): one.listen for one in now.forwards}
    return key(now) == key(wanted) and all(
        one.listen in (0, ports[one.node, one.number]) for one in wanted.forwards
    )


def _read(file: Path) -> Forwards | None:
    try:
        value = json.loads(file.read_text())
        forwards = tuple(Forward(**one) for one in value["forwards"])
        return Forwards(**{**value, "forwards": forwards})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _exists(file: Path) -> bool:
    return file.exists()


def _lock(file: Path) -> Path:
    return file.with_suffix(".lock")


def _runs(file: Path) -> bool:
    """Whether somebody holds the lock: it is the kernel's, so it ends with its holder."""
    try:
        with _lock(file).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
