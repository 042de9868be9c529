"""The reference service of the self-test, in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sdctl.foundation import waiting
from sdctl.judge.holdings import Copy, Holdings, StoredWrite

FOLLOWER = "reference-2"


class Reference:
    """The reference service as a child process, with a door for those who know the truth."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self._port = port
        self.url = f"http://127.0.0.1:{port}"

    def held(self) -> dict[str, Any]:
        """All it holds by key, and how many reads it answered 404 though it holds the order."""
        value: dict[str, Any] = json.loads(self._ask("GET", "/held"))
        return value

    def holdings(self) -> Holdings:
        """All it holds, as a store of a leader and a follower that was read back."""
        return holdings_of(self.held()["held"])

    def delete(self, keys: Iterable[str]) -> None:
        """Take away what it holds of these keys, behind its back."""
        for key in keys:
            self._ask("DELETE", f"/held/{key}")

    def freeze(self, seconds: float) -> float:
        """Freeze it, wait, let it go on; how long it really stood still."""
        self.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        try:
            waiting.moment(began + seconds)
        finally:
            self.process.send_signal(signal.SIGCONT)
        return time.monotonic() - began

    def _ask(self, method: str, path: str) -> bytes:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port)) as connection:
            connection.request(method, path)
            return connection.getresponse().read()


def holdings_of(held: Mapping[str, Mapping[str, Any]]) -> Holdings:
    """What the service holds by key, as a leader and a follower of a store that was read back."""
    found = {
        key: StoredWrite(
            count=kept["count"], status=kept["status"], notifications=kept["notifications"]
        )
        for key, kept in held.items()
    }
    copied = {key: row for key, row in found.items() if held[key]["replicated"]}
    return Holdings(
        copies=(
            Copy(node="reference-1", leads=True, found=found),
            Copy(node=FOLLOWER, leads=False, found=copied),
        )
    )


@contextlib.contextmanager
def reference(wrong: Mapping[str, Sequence[int]] | None = None) -> Iterator[Reference]:
    """A reference service that does ``wrong``: a kind → the numbers of the writes it is done to."""
    given = {kind: list(numbers) for kind, numbers in (wrong or {}).items()}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "sdctl.selftest.reference", json.dumps(given)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Reference(process, int(process.stdout.readline()))
        finally:
            process.kill()
