"""Error answers, by who gave them and why: from the problem details in their bodies (RFC 9457)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.foundation.wrapping import shortened

_OF_APP = "urn:sdctl:problem:"
"""How the types of the service's own problems begin; a proxy's has its ``tier``."""
_MOST = 20
"""Different ones that are told apart; more than that is a text that is never the same. From then on
those that are new are counted by who gave them, and that too is bounded."""
_LONGEST = 200
"""Characters of why."""


@dataclass(frozen=True)
class ErrorAnswer:
    """One kind of them."""

    status: int
    by: str | None = None
    """The tier that gave it; None: its body does not say."""
    dependency: str | None = None
    """Of the service's: what was away."""
    why: str = ""

    @classmethod
    def of(cls, status: int, body: bytes) -> ErrorAnswer:
        """Whatever the body is."""
        try:
            problem = json.loads(body)
        except (ValueError, RecursionError):
            problem = None
        if not isinstance(problem, dict):
            return cls(status)
        own = str(problem.get("type", "")).startswith(_OF_APP)
        return cls(
            status,
            "app" if own else _text(problem, "tier"),
            _text(problem, "dependency"),
            _text(problem, "detail") or "",
        )

    def __str__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        away = f", for {self.dependency}" if self.dependency else ""
        return f"{self.status}{by}{away}" + (f": {self.why}" if self.why else "")


def count(answers: Counter[ErrorAnswer], status: int, body: bytes) -> None:
    """One more."""
    answer = ErrorAnswer.of(status, body)
    if answer not in answers and len(answers) >= _MOST:
        answer = ErrorAnswer(status, answer.by, answer.dependency)
    if answer not in answers and len(answers) >= 2 * _MOST:
        answer = ErrorAnswer(status)
    answers[answer] += 1


@dataclass(frozen=True)
class ErrorCount:
    """How often requests failed for one reason."""

    count: int
    reason: str
    """For people."""

    def __str__(self) -> str:
        return f"{self.count:,} × {self.reason}"


def of_json(answers: Iterable[Mapping[str, Any]]) -> tuple[ErrorCount, ...]:
    """Each kind of a result's ``error_answers``, with how often it came."""
    return tuple(
        ErrorCount(
            answer["count"],
            str(
                ErrorAnswer(
                    answer["status"], answer["by"], answer["dependency"], answer["why"] or ""
                )
            ),
        )
        for answer in answers
    )


def to_json(answers: Counter[ErrorAnswer]) -> list[dict[str, Any]]:
    """Most often first."""
    return [
        {
            "status": answer.status,
            "by": answer.by,
            "dependency": answer.dependency,
            "why": answer.why or None,
            "count": number,
        }
        for answer, number in answers.most_common()
    ]


def _text(problem: dict[str, Any], name: str) -> str | None:
    value = problem.get(name)
    return shortened(value, _LONGEST) if isinstance(value, str) and value else None
