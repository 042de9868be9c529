"""What `sdctl bench` and `sdctl compare` show."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="many trials (bench, compare)",
    words=(
        Word(
            name="trials",
            text="How often the same fault was done, and how each was judged. One failover says "
            "little, because no two of them take the same time.",
            also=("trial", "verdicts"),
        ),
        Word(
            name="median",
            text="The middle one of all measured times: half are shorter, half are longer. The "
            "interval after it holds the true median with the given probability.",
            also=("interval", "95% interval", "median lies in"),
            measured=("failover",),
        ),
        Word(
            name="p95, max",
            text="95 of 100 trials were over within the first time; the second is the longest.",
            also=("longest",),
        ),
        Word(
            name="phases' medians",
            text="The median of each phase: detect, elect, promote, reroute.",
        ),
        Word(
            name="no failover",
            text="Trials in which nobody took over while the fault was on.",
        ),
        Word(
            name="B - A",
            text="How much higher the figure is in the second file than in the first. The interval "
            "beside it says between which two values the true difference lies.",
            also=("difference",),
        ),
        Word(
            name="bootstrap",
            text="How `sdctl compare` finds the interval of a difference. It draws 10,000 samples "
            "from what was measured on each side, and sees how much they differ.",
        ),
        Word(
            name="differs",
            text="The difference is too large to be chance. Of twenty tables of two equal systems, "
            "at most one would say this anywhere.",
            also=("distinguishable",),
        ),
        Word(
            name="perhaps",
            text="This figure alone would differ, but of many figures one may look different by "
            "chance. More trials decide.",
        ),
        Word(
            name="not told apart",
            text="The difference may be chance. It does not say that both are equal.",
            also=("not distinguishable",),
        ),
        Word(
            name="too few",
            text="A side has fewer than 10 values, so nothing can be said.",
        ),
    ),
)
