"""Logs of real servers around real faults, as the engine gave them, trimmed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import History, Instance

CAPTURED = Path(__file__).parent / "captured"


@dataclass(frozen=True)
class Captured:
    """A fault's moments in Unix seconds; ``since`` and ``until`` bound its clients' outage."""

    injected: float
    target: str
    since: float
    until: float
    lines: Sequence[tuple[str, str]]
    """Node and line, with the engine's stamp."""


def captured(name: str) -> Captured:
    head, *lines = (CAPTURED / f"{name}.log").read_text().splitlines()
    facts = json.loads(head)
    return Captured(
        injected=facts["injected"],
        target=facts["target"],
        since=facts["since"] or facts["injected"],
        until=facts["until"] or facts["injected"],
        lines=[(line.partition("\t")[0], line.partition("\t")[2]) for line in lines],
    )


class LoggedEngine(RecordingTarget):
    """Whose nodes have written those lines."""

    def __init__(
        self, logs: Captured, *, tier: str, component: str, ended: float | None = None
    ) -> None:
        names = sorted({node for node, _ in logs.lines})
        super().__init__(
            Instance(
                node=name, tier=tier, component=component, state="running", status="", image=""
            )
            for name in names
        )
        self._lines = logs.lines
        self._ended = ended

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        return History(ended_at=self._ended)

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        assert timestamps
        return (line for name, line in self._lines if name == node)
