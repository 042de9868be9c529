"""The one word of a verdict: wrong is fail, not known is unknown, and only the rest is pass."""

from __future__ import annotations

from collections.abc import Callable

from sdctl.judge.verdict import Judgement, Verdict
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding
from sdctl.selftest.workbench import BAD, Workbench, judged


def _word(kind: str | None, expected: Judgement) -> Callable[[Workbench], Finding]:
    def prove(workbench: Workbench) -> Finding:
        run, audit = judged({kind: BAD} if kind else {})
        return _finding(Verdict(run=run, audit=audit), expected)

    return prove


def _not_read(workbench: Workbench) -> Finding:
    return _finding(Verdict(run="not-read"), "unknown")


def _finding(verdict: Verdict, expected: Judgement) -> Finding:
    return Finding(expected=expected, got=verdict.judgement, ok=verdict.judgement == expected)


CHECK = Check(
    name="judgement",
    checker="sdctl.judge.verdict.Verdict.judgement",
    variants=(
        Variant(name="writes lost", prove=_word("forget", "fail")),
        Variant(name="writes twice", prove=_word("twice", "fail")),
        Variant(name="promises broken", prove=_word("refuse-kept", "fail")),
        Variant(name="not read back", prove=_not_read),
        Variant(name="all kept", prove=_word(None, "pass"), sound=True),
    ),
)
