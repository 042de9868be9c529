"""What a load process asks of its machine and of Python before it sends."""

from __future__ import annotations

import contextlib
import gc
import resource
from collections.abc import Iterator

_SPARE_FILES = 64


def file_limit(wanted: int) -> int:
    """How many connections the limit on open files allows, after raising it as far as needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted + _SPARE_FILES:
        most = wanted + _SPARE_FILES
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, soft - _SPARE_FILES)


@contextlib.contextmanager
def calm_collector() -> Iterator[None]:
    """Collect garbage rarely: a collection over all requests under way would make sends late."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
