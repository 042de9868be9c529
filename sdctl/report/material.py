"""A run's raw files, read once and put on one clock: seconds since its first write was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sdctl.faults.fault import stops_writes
from sdctl.foundation.units import for_people
from sdctl.judge.ledger import Write
from sdctl.judge.run_folder import RunFolder, faults_of
from sdctl.state.fault_record import Record


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A fault of a run. Moments in seconds; ``healed_s`` None: never, or it is still on."""

    id: str
    title: str
    injected_s: float | None
    healed_s: float | None
    stops_writes: bool = True
    """Whether faults of its kind do: else a silence of the ledger has another reason."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What there is of a run; ``missing`` names the files that are not there."""

    run: str
    manifest: Mapping[str, Any]
    writes: Sequence[Write]
    complete: bool
    """Whether the ledger was written to its end."""
    series: Sequence[Mapping[str, Any]]
    """Each with ``s``, its moment on the page's clock."""
    samples: Sequence[Mapping[str, Any]]
    """The same of what was seen of the stack."""
    result: Mapping[str, Any] | None
    verdict: Mapping[str, Any] | None
    faults: tuple[Broken, ...]
    """In the order in which they began."""
    missing: tuple[str, ...]
    meant: str | None = None
    """The fault that the page is about; None: the one, or the day, that the verdict is on."""

    @property
    def judged(self) -> tuple[Broken, ...]:
        """The faults that the page is about: of a game day all, of several that were put on one
        load one after the other a single one."""
        day = "day" in (self.verdict or {})
        on = [self.meant] if self.meant and not day else faults_of(self.verdict)
        return tuple(fault for fault in self.faults if fault.id in on) or self.faults

    @property
    def of_one(self) -> bool:
        """Whether it is about one of several faults on the same load: then its figures are without
        those of the others. A verdict of an older sdctl counts the whole load."""
        several = len(self.faults) > len(self.judged) == 1
        return several and (self.verdict or {}).get("ledger_writes") is not None

    @property
    def goes_on(self) -> bool:
        """Whether its load does when a fault beside it is over."""
        return self.manifest.get("kind") == "load"

    @property
    def stops_writes(self) -> bool:
        """Whether any of these does."""
        return any(fault.stops_writes for fault in self.judged)


def gather(folder: RunFolder, *records: Record | None, fault: str | None = None) -> Material:
    """Read a run's folder; ``records`` are its faults', from the stack's log. ``fault``: the one
    that is meant; None: the last that was judged."""
    known = [record for record in records if record is not None]
    ledger = folder.ledger_file()
    writes = ledger.writes() if ledger else []
    first = min((write.sent_at for write in writes), default=0.0)
    series = list(folder.series())
    manifest, result = folder.read("run"), folder.read("result")
    verdict = folder.verdict_on(fault) if fault else folder.read("verdict")
    files = {
        "run.json": manifest,
        "ledger.jsonl": ledger,
        "series.jsonl": series,
        "result.json": result,
    }
    if known or (manifest or {}).get("kind") == "chaos":
        files["verdict.json"] = verdict
    # what the wall clock said when the clock of the page was 0
    zero = ledger.started_wall + first - ledger.offset if ledger and writes else None
    return Material(
        run=folder.run,
        manifest=manifest or {},
        writes=[
            write._replace(sent_at=write.sent_at - first, done_at=write.done_at - first)
            for write in writes
        ],
        complete=ledger is not None and ledger.complete,
        series=[{**tick, "s": _seconds(tick, zero)} for tick in series],
        samples=[
            {**sample, "s": sample["at"] - zero} for sample in folder.samples() if zero is not None
        ],
        result=result,
        verdict=verdict,
        faults=tuple(_fault(facts, zero) for facts in _facts(known, verdict)),
        missing=tuple(name for name, value in files.items() if not value),
        meant=fault,
    )


def _seconds(tick: Mapping[str, Any], zero: float | None) -> float:
    """A tick's moment; one of an older sdctl counts from the first send that was due."""
    return float(tick["at_s"]) if zero is None or "at" not in tick else float(tick["at"]) - zero


def _facts(records: Sequence[Record], verdict: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """What is known of each fault: from the log, else from the verdict."""
    logged = [record.to_json() for record in records]
    told = [(verdict or {}).get("fault"), *(
        fault.get("fault") for fault in (verdict or {}).get("faults") or ()
    )]  # fmt: skip
    found = logged or [facts for facts in told if facts]
    return sorted(found, key=lambda facts: str(facts.get("injected_at") or facts["started_at"]))


def _fault(facts: Mapping[str, Any], zero: float | None) -> Broken:
    def seconds(text: str | None) -> float | None:
        if text is None or zero is None:
            return None
        return datetime.fromisoformat(text).timestamp() - zero

    words = (facts["id"], facts["kind"], for_people(facts["how"] or ""), facts["target"])
    return Broken(
        id=facts["id"],
        title=" ".join(word for word in words if word),
        injected_s=seconds(facts.get("injected_at") or facts["started_at"]),
        healed_s=seconds(facts["healed_at"]),
        stops_writes=stops_writes(facts["kind"]),
    )
