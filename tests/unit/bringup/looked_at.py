"""A bring-up whose target itself says what is seen."""

from __future__ import annotations

from typing import Any

from sdctl.bringup.bring_up import BringUp
from sdctl.state.snapshot import Snapshot


class LookedAt(BringUp):
    def look(self) -> Snapshot:
        target: Any = self.target
        seen: Snapshot = target.look()
        return seen
