"""The page of a run, beside the words that it shares with the card and with a load."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="the page of a run (report)",
    words=(
        Word(
            name="a write before the fault, p99",
            text="99 of 100 acknowledged writes that ran before the fault were answered within "
            "this time, each from when it was sent. So it shows how the system is when all is "
            "well.",
            also=("before the fault",),
        ),
        Word(
            name="a write during the fault, p99",
            text="99 of 100 acknowledged writes that ran while the fault was on were answered "
            "within this time, each from when it was sent.",
            also=("while the fault was on",),
        ),
        Word(
            name="under way in the stop",
            text="Acknowledged writes that were under way while writes were stopped, also those "
            "that ended the stop.",
        ),
        Word(
            name="requests answered well",
            text="Requests that were answered with 2xx or 3xx, or as their workload expects.",
        ),
        Word(
            name="requests failed or unknown",
            text="Requests that were answered with an error, could not be sent, or got no answer.",
            also=("failed or unknown",),
        ),
        Word(
            name="answers a second",
            text="The rate at which answers came, good or bad.",
            also=("rate",),
        ),
        Word(
            name="response time, p50",
            text="Half of all requests were answered within this time, counted from when each was "
            "due.",
        ),
        Word(
            name="response time, p99",
            text="99 of 100 requests were answered within this time, counted from when each was "
            "due.",
        ),
        Word(
            name="Disagreement",
            text="The page counts again from the run's files, and comes to another figure than the "
            "verdict that was written when the run ended. Both are shown. A file that was changed, "
            "or was not written to its end, makes such a difference.",
        ),
        Word(
            name="waiting",
            text="In the chart of messages: those in the queue and those that a worker has, not "
            "yet done. The broker counts them every 5 seconds, so the chart shows them up to 5 "
            "seconds late. The same is so for `retrying` and `dead`.",
        ),
        Word(
            name="schedule",
            text="The rate that the load was to have, and from which second on.",
        ),
        Word(
            name="why",
            text="The reason why the verdict is not a pass. Below a prediction: its arithmetic.",
        ),
        Word(
            name="CPU",
            text="Of all cores of the machine: the share that nobody used (idle), and the share "
            "that its own host took away (stolen).",
        ),
    ),
)
