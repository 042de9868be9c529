from __future__ import annotations

import time

from sdctl.foundation import waiting


def test_a_moment_must_never_come_early_and_hardly_late() -> None:
    off = []
    for ahead in (-1.0, 0.0, 0.02, 0.1):
        at = time.monotonic() + ahead
        waiting.moment(at)
        off.append(time.monotonic() - max(at, at - ahead))
    assert min(off) >= 0
    assert sorted(off)[1] < 0.02
