"""The words of an autoscaler's lines, and of docs/autoscaling.md."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="autoscale: how it decides",
    words=(
        Word(
            name="down window",
            text="The last 5 minutes of an autoscaler. The number of replicas goes down only to "
            "the largest proposal of that time, so a short pause in the load removes none.",
            also=(
                "stabilization window",
                "stabilisation window",
                "window",
                "the highest of the last 5 min",
            ),
        ),
        Word(
            name="up window",
            text="The number of replicas goes up only to the smallest proposal of this time. It is "
            "0 s as shipped, so more are added at once.",
        ),
        Word(
            name="policies",
            text="They limit how fast an autoscaler changes the number of replicas. Up: by 4 "
            "replicas or 100% in 15 s, whichever is more. Down: by 100% in 15 s.",
            also=("policy", "policies up", "policies down"),
        ),
        Word(
            name="tolerance",
            text="A ratio of value and target from 0.9 to 1.1 is near enough: the autoscaler then "
            "changes nothing. A line of it says `within 10%`.",
            also=("within 10%",),
        ),
        Word(
            name="replica-seconds",
            text="One replica for one second. It is what the replicas of a run cost, and how much "
            "of it the load did not ask for.",
            also=("replica second",),
        ),
    ),
)
