"""The card of a game day."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="the card of a game day",
    words=(
        Word(
            name="shared stop",
            text="Writes stopped while several faults were on. Each fault then shows the same stop "
            "as its own, and what was measured does not tell which of them made it. Let the faults "
            "begin one after the other to know.",
            also=("shared stops", "shared_stops"),
        ),
        Word(
            name="game day",
            text="Several faults in one run, each at its time, some at once, and one verdict. "
            "A file has the keys `description`, `seed`, `variants`, `load` (`rps`, `workload`), "
            "`steady` (`for`, `assert`), `faults` (each `fault`, `at` and its options) and "
            "`assert`. `sdctl chaos days` lists those that come with `sdctl`.",
            also=("day", "chaos run", "chaos days"),
        ),
        Word(
            name="steady state",
            text="What must be so while nothing is broken, such as `failed=0` for 5 s. It is "
            "looked at before the first fault, and again when all faults are healed. If it is "
            "not so before, nothing is broken.",
            also=("steady before", "steady after", "steady"),
        ),
        Word(
            name="asserted",
            text="A comparison in a game day's file, such as `rto<5s`, and whether it held. `rto` "
            "is the longest time for which writes stopped. While the times do not count, one about "
            "times is neither true nor false, and the day ends with 9.",
            also=("expr", "value"),
        ),
        Word(
            name="seed",
            text="The number from which a game day's requests and choices follow. The same seed "
            "gives the same ones again.",
        ),
        Word(
            name="variants",
            text="Settings with each of which a game day is played once, so that their figures "
            "stand side by side. The stack gets each setting in turn, and its own back in the end.",
        ),
        Word(
            name="writes acknowledged",
            text="Writes that were acknowledged in each second while a fault of a game day was on.",
            also=("writes/s", "writes_per_s"),
        ),
        Word(
            name="hit",
            text="Which node a fault hit. An arrow shows who led before it and who leads after it.",
        ),
        Word(
            name="not asked",
            text="Under `writes stopped for`: faults of this kind do not stop writes, so `sdctl` "
            "does not look for a stop.",
            also=("no question",),
        ),
        Word(
            name="at",
            text="When a fault of a game day began, counted from the first moment of the day.",
            also=("at_s", "began"),
        ),
    ),
)
