"""Several faults at once on a real stack: as good as one after the other, and quicker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.full_machine import told
from tests.stacks import Stack


def played(stack: Stack, folder: Path, text: str) -> dict[str, Any]:
    """Play a game day of that text; its faults by kind. Each must have begun, had its effect, been
    healed and lost nothing. On a machine that others filled, sdctl says of an effect that it cannot
    be told; that is right, and then the day is played once more."""
    file = folder / "day.yaml"
    file.write_text(text)
    verdict = told(lambda: stack.json("chaos", "run", str(file), code=None), _untold)
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert stack.json("status")["faults"] == []
    faults = {fault["kind"]: fault for fault in verdict["faults"]}
    assert len(faults) == len(verdict["faults"])
    for kind, fault in faults.items():
        assert fault["began"], kind
        for effect in fault["effects"]:
            untold = effect["holds"] is None and "the machine was full" in (effect["why"] or "")
            assert effect["holds"] or untold, effect
            assert (effect["at_end"] or effect)["holds"] is not False, effect
    return faults


def _untold(verdict: Mapping[str, Any]) -> str:
    """Whose effect cannot be told, and why."""
    assert "faults" in verdict, verdict
    effects = (effect for fault in verdict["faults"] for effect in fault["effects"])
    return "; ".join(
        f"{effect['what']}: {effect['why']}" for effect in effects if effect["holds"] is None
    )
