"""What a load's result adds to a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.judge import error_answers
from sdctl.judge.error_answers import ErrorCount
from sdctl.judge.outcome import NO_ANSWER, WORDS


def whose(limit: str) -> str:
    """Why times do not count, in half a sentence."""
    return "this machine was too busy" if limit == "machine" else "the generator was the limit"


def remark(limit: str | None, because: str | None) -> Iterator[str]:
    """Why the times of a load do not count; nothing where they do."""
    if limit is not None:
        yield f"{whose(limit)}: times do not count; counts do ({because})"


@dataclass(frozen=True, kw_only=True)
class LoadFacts:
    """What a load's result adds to a verdict."""

    sent: int
    """Those that were due: some of them may have failed before they left."""
    ok: int
    failed: int
    unknown: int
    not_sent: int = 0
    """Of the failed ones, those that never left."""
    unanswered: int | None = None
    """Of the unknown ones, those that got no answer; to the others came one that leaves it open.
    None: not told, as by an older sdctl."""
    stale_reads: int | None = None
    """Reads that did not show a write of the same client, acknowledged before they were sent;
    None: no read was checked."""
    host: Mapping[str, float] | None = None
    """``cpu_idle`` and ``cpu_steal`` while it ran, shares from 0 to 1."""
    limit: str | None = None
    """Whose limit it met, as ``generator.limit`` of its result: the times it measured do not count,
    how its requests ended does. None: they count."""
    because: str | None = None
    """By what that is known."""
    errors: tuple[ErrorCount, ...] = ()
    """Error answers, and why requests were not sent: most often first."""

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> LoadFacts:
        """Of a run's ``result.json``."""
        counts = {name: value["requests"][name] for name in ("sent", "ok", "failed", "unknown")}
        reads, kinds = value.get("reads") or {}, value["requests"].get("by_kind")
        generator = value.get("generator") or {}
        by_error = value["requests"].get("by_error") or {}
        not_sent = {name: n for name, n in by_error.items() if name not in NO_ANSWER}
        again = (value.get("attempts") or {}).get("requests_tried_again", 0)
        errors = (
            *error_answers.of_json(value["requests"].get("error_answers") or ()),
            *(
                ErrorCount(number, f"not sent: {WORDS.get(name, name)}")
                for name, number in not_sent.items()
            ),
        )
        return cls(
            **counts,
            # of one that was tried again, an earlier attempt may have left
            not_sent=0 if again else sum(not_sent.values()),
            unanswered=None if kinds is None else kinds.get("no_answer", 0),
            stale_reads=reads.get("stale"),
            host=value.get("host"),
            limit=generator.get("limit"),
            because=generator.get("because"),
            errors=tuple(sorted(errors, key=lambda error: -error.count)),
        )
