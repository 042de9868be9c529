"""A command in a pod, on the user's own terminal."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from typing import Any

from sdctl.targets.kubernetes.cluster import Cluster

_PROTOCOL = "v5.channel.k8s.io"
_IN, _OUT, _ERROR, _STATUS, _SIZE = range(5)
_END_OF_INPUT = bytes((255, _IN))
_CHUNK = 16 * 1024


def attach(cluster: Cluster, pod: str, command: tuple[str, ...]) -> int:
    """Its exit code."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    flag = "true" if is_terminal else "false"
    parameters = {
        "command": list(command),
        "stdin": "true",
        "stdout": "true",
        "stderr": "false" if is_terminal else "true",  # a terminal has one
        "tty": flag,
    }
    path = f"/api/v1/namespaces/{cluster.namespace}/pods/{pod}/exec"
    with cluster.connection() as client, contextlib.ExitStack() as stack:
        session = cluster.ask(
            lambda: stack.enter_context(
                client.websocket(
                    path,
                    subprotocols=[_PROTOCOL],
                    params=parameters,
                    keepalive_ping_interval_seconds=None,
                )
            ),
            pod,
        )
        if is_terminal:
            stack.enter_context(_raw())
            size = shutil.get_terminal_size()
            message = json.dumps({"Width": size.columns, "Height": size.lines})
            session.send_bytes(bytes((_SIZE,)) + message.encode())
        over = threading.Event()
        threading.Thread(target=_send, args=(session, over), daemon=True).start()
        try:
            return _receive(session)
        finally:
            over.set()


def _send(session: Any, over: threading.Event) -> None:
    source = sys.stdin.fileno()
    with contextlib.suppress(Exception):  # the other side has ended: so does this one
        while not over.is_set():
            if not select.select([source], [], [], 0.2)[0]:
                continue
            chunk = os.read(source, _CHUNK)
            session.send_bytes(bytes((_IN,)) + chunk if chunk else _END_OF_INPUT)
            if not chunk:
                return


def _receive(session: Any) -> int:
    while True:
        message = session.receive_bytes()
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
    codes = [int(one["message"]) for one in causes if one.get("reason") == "ExitCode"]
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
