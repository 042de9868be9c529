"""Words of system design: measuring a system."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: measuring a system",
    words=(
        Word(
            name="core",
            text="A core runs one process at a time; a machine has several. `CPU` is what they can "
            "do together, and a share of it. So 2% of a core is a fiftieth of what one of them "
            "can do.",
            also=("cores", "processor", "processors"),
        ),
        Word(
            name="rpo",
            text="Recovery point objective: how much of what was acknowledged may be lost. "
            "sdctl measures it as the number of lost writes.",
            also=(
                "recovery point objective",
                "data loss",
            ),
        ),
        Word(
            name="mttr",
            text="The mean time until a system works again after a failure. For one fault "
            "sdctl measures how long writes stopped; `sdctl bench` repeats it and gives "
            "the median with its interval.",
            also=(
                "mean time to recovery",
                "recovery time objective",
                "time to recover",
            ),
        ),
        Word(
            name="slo",
            text="A promise to oneself, such as 99.9% of requests in less than 200 ms. `sdctl "
            "load --assert 'p99<200ms'` checks one. An SLA is the same with a customer; "
            "what may fail within it is the error budget.",
            also=(
                "sla",
                "sli",
                "error budget",
                "service level objective",
            ),
        ),
        Word(
            name="availability",
            text="The share of time, or of requests, in which a system does what it should. "
            "99.9% leaves 43 minutes in a month. It is also one of the three modes of "
            "`database.durability`: `sdctl explain durability` tells them.",
            also=(
                "high availability",
                "uptime",
                "nines",
            ),
        ),
        Word(
            name="percentile",
            text="p99 is 350 ms: 99 of 100 requests took no longer. A mean hides the slow "
            "ones, the tail of the percentiles shows them.",
            also=(
                "tail latency",
                "tail",
                "median",
            ),
        ),
        Word(
            name="latency",
            text="How long an answer takes. Response time runs from when the request was due, "
            "service time from when it was sent.",
            also=("delay",),
        ),
        Word(
            name="coordinated omission",
            text="A load generator that waits for slow answers sends less just then, and so "
            "leaves out the worst. sdctl sends by a schedule and counts from the moment "
            "that a request was due.",
            also=(
                "open loop",
                "closed loop",
                "open model",
                "closed model",
            ),
        ),
        Word(
            name="throughput",
            text="How many requests a second are answered. Beyond a system's capacity it grows "
            "no more, and latency grows instead.",
            also=(
                "capacity",
                "saturation",
                "little's law",
                "bottleneck",
            ),
        ),
    ),
)
