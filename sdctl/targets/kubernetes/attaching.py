"""A command in a pod, on the user's own terminal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import shutil
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Any

from sdctl.targets.kubernetes.cluster import Cluster, in_one_thread

_PROTOCOL = "v5.channel.k8s.io"
_IN, _OUT, _ERROR, _STATUS, _SIZE = range(5)
_END_OF_INPUT = bytes((255, _IN))
_CHUNK = 16 * 1024
_KEY_S = 0.2
"""So long a key is waited for in a turn."""


def attach(cluster: Cluster, pod: str, command: tuple[str, ...]) -> int:
    """Its exit code."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with _raw() if is_terminal else contextlib.nullcontext():
        code: int = cluster.carry_out(
            lambda: in_one_thread(_attached(cluster, pod, command, is_terminal=is_terminal)), pod
        )
    return code


async def _attached(
    cluster: Cluster, pod: str, command: tuple[str, ...], *, is_terminal: bool
) -> int:
    parameters = {
        "command": list(command),
        "stdin": "true",
        "stdout": "true",
        "stderr": "false" if is_terminal else "true",  # a terminal has one
        "tty": "true" if is_terminal else "false",
    }
    path = f"/api/v1/namespaces/{cluster.namespace}/pods/{pod}/exec"
    async with (
        cluster.connection() as client,
        client.websocket(
            path,
            subprotocols=[_PROTOCOL],
            params=parameters,
            keepalive_ping_interval_seconds=None,
        ) as session,
    ):
        if is_terminal:
            size = shutil.get_terminal_size()
            message = json.dumps({"Width": size.columns, "Height": size.lines})
            await session.send_bytes(bytes((_SIZE,)) + message.encode())
        sends = asyncio.ensure_future(_send(session))
        try:
            return await _receive(session)
        finally:
            sends.cancel()
            await asyncio.gather(sends, return_exceptions=True)


async def _send(session: Any) -> None:
    """What the user types, or what stands in the file, until it ends."""
    source, loop = sys.stdin.fileno(), asyncio.get_running_loop()
    while True:
        # asked in turns, so that nobody waits for a key when the other side has ended
        ready, _, _ = await loop.run_in_executor(None, select.select, [source], [], [], _KEY_S)
        if not ready:
            continue
        chunk = os.read(source, _CHUNK)
        await session.send_bytes(bytes((_IN,)) + chunk if chunk else _END_OF_INPUT)
        if not chunk:
            return


async def _receive(session: Any) -> int:
    while True:
        message = await session.receive_bytes()
        channel, text = message[0], message[1:]
        if channel in (_OUT, _ERROR):
            stream = sys.stdout if channel == _OUT else sys.stderr
            stream.buffer.write(text)
            stream.buffer.flush()
        elif channel == _STATUS:
            return _code(json.loads(text))


def _code(status: dict[str, Any]) -> int:
    if status.get("status") == "Success":
        return 0
    causes = status.get("details", {}).get("causes", ())
    codes = [int(cause["message"]) for cause in causes if cause.get("reason") == "ExitCode"]
    return codes[0] if codes else 1


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    """Every key goes to the other side."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
