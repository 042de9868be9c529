"""What `ps` shows of every process of this machine, containers' too: is a secret there?"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.stacks import Stack

_EVERY_S = 0.1


def with_secrets(stack: Stack) -> set[str]:
    """The command lines that have one of the stack's secrets in them, right now."""
    secrets = stack.secrets()
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            found |= {f"{name}: {line}" for name, value in secrets.items() if value in line}
    return found


@contextlib.contextmanager
def watched(stack: Stack) -> Iterator[None]:
    """Look ten times a second; what was seen is in ``stack.shown`` at the end."""
    over, seen = threading.Event(), set[str]()

    def watch() -> None:
        while not over.wait(_EVERY_S):
            seen.update(with_secrets(stack))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        stack.shown += sorted(seen)
