"""Several faults at once on a real stack: as good as one after the other, and quicker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.stacks import Stack


def played(stack: Stack, folder: Path, text: str) -> dict[str, Any]:
    """Play a game day of that text; its faults by kind. Each must have begun, had its effect, been
    healed and lost nothing."""
    file = folder / "day.yaml"
    file.write_text(text)
    verdict = stack.json("chaos", "run", str(file), code=None)
    assert "faults" in verdict, verdict
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert stack.json("status")["faults"] == []
    faults = {fault["kind"]: fault for fault in verdict["faults"]}
    assert len(faults) == len(verdict["faults"])
    for kind, fault in faults.items():
        assert fault["began"], kind
        assert all(effect["holds"] for effect in fault["effects"]), fault["effects"]
    return faults
