"""One sdctl at a time makes a stack of a name on this machine, whatever its state folder. A stack's
own lock is a file of its state folder, so it does not keep a second folder away."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sdctl.foundation.errors import UsageError


@contextmanager
def held(project: str) -> Iterator[None]:
    """While containers are made. A name of the kernel's (``unix(7)``, abstract): it is free again
    when its holder ends, however that ends. Raises ``UsageError``."""
    if sys.platform != "linux":  # no such names there
        yield
        return
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind(f"\0sdctl.makes.{project}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise UsageError(
                f"another sdctl makes {project} at this moment, from another state folder",
                hint="Wait until it ends. Or use another stack: --stack NAME.",
            ) from None
        yield
