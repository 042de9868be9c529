"""Several faults at once on a real stack: as good as one after the other, and quicker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.full_machine import told, uncounted
from tests.stacks import Stack


def played(stack: Stack, folder: Path, text: str) -> dict[str, Any]:
    """Play a game day of that text; its faults by kind. Each must have begun, had its effect, been
    healed and lost nothing. On a machine that others filled, sdctl says of an effect that it cannot
    be told; that is right, and then the day is played once more."""
    file = folder / "day.yaml"
    file.write_text(text)
    verdict = told(lambda: _well(stack, file), lambda seen: "; ".join(_untold(seen)))
    faults = {fault["kind"]: fault for fault in verdict["faults"]}
    assert len(faults) == len(verdict["faults"])
    return faults


def _well(stack: Stack, file: Path) -> dict[str, Any]:
    """The verdict on a day of which nothing went wrong. What goes wrong on a full machine does not
    go wrong twice; else nothing can be told, and the test is skipped."""
    for _ in range(2):
        verdict: dict[str, Any] = stack.json("chaos", "run", str(file), code=None)
        assert "faults" in verdict, verdict
        assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
        assert stack.json("status")["faults"] == []
        wrong, full = list(_wrong(verdict)), uncounted(verdict)
        if not wrong:
            return verdict
        assert full, wrong
    pytest.skip(f"this machine stayed too busy to tell: {wrong}: {full}")


def _wrong(verdict: Mapping[str, Any]) -> Iterator[object]:
    """What did not begin, and each effect that was not as asked."""
    for fault in verdict["faults"]:
        if not fault["began"]:
            yield f"{fault['kind']} did not begin"
        for effect in fault.get("effects", ()):
            untold = effect["holds"] is None and "the machine was full" in (effect["why"] or "")
            if not (effect["holds"] or untold) or (effect["at_end"] or effect)["holds"] is False:
                yield effect


def _untold(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Whose effect cannot be told, and why."""
    for fault in verdict["faults"]:
        for effect in fault.get("effects", ()):
            if effect["holds"] is None:
                yield f"{effect['what']}: {effect['why']}"
