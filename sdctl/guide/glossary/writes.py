"""What became of the writes, on the card of a verdict."""

from __future__ import annotations

from sdctl.app.contract import DEAD_QUEUE, RETRY_QUEUES, WORK_QUEUE
from sdctl.guide.word import Glossary, Word

_RETRY = RETRY_QUEUES.rstrip(".")

GLOSSARY = Glossary(
    where="the card of a verdict: what became of the writes",
    words=(
        Word(
            name="writes",
            text="Requests that change something, such as a new order. Each one is written into "
            "the "
            "run's ledger with its outcome, and is looked for in the stores afterwards.",
        ),
        Word(
            name="writes acknowledged",
            text="Writes that were answered with 2xx. The system promised that it has them.",
            also=("acknowledged",),
        ),
        Word(
            name="of them lost",
            text="Writes that were acknowledged, and are not in the store after the fault. One of "
            "them is enough for a fail.",
            also=("lost", "acknowledged and gone"),
            measured=("failover",),
        ),
        Word(
            name="outcome unknown",
            text="Writes that were sent, and no answer told what became of them: none came, or "
            "500, "
            "502 or 504. Some were done after all. Either is right, as nobody was promised "
            "anything.",
            also=("recovered", "unknown, done after all"),
        ),
        Word(
            name="writes refused",
            text="Writes that were answered with 4xx or 503, or were never sent. Nobody was "
            "promised "
            "anything, so they must not be in the store. One that is there is a broken promise.",
            also=(
                "refused",
                "broken promises",
                "broken_promises",
                "broken promise",
                "refused, done anyway",
            ),
        ),
        Word(
            name="there twice",
            text="Writes that were sent once and are in the store twice.",
            also=("duplicated",),
        ),
        Word(
            name="not what was sent",
            text="Writes whose key is in the store with other content than was sent, or with "
            "another id than was answered. So a row was changed, or an answer or a row is that of "
            "another write. `sdctl --json verdict RUN` names them: look at the row of one with "
            "`sdctl shell database`, and at its lines with `sdctl logs --search`.",
            also=("altered",),
        ),
        Word(
            name="stale reads",
            text="Reads that did not show a write of the same client, although it was acknowledged "
            "before the read was sent.",
            also=("stale",),
        ),
        Word(
            name="followers",
            text="On a card: whether every follower of the stores has exactly what its leader has. "
            "They are compared write by write, after all have caught up.",
            also=("behind", "unread"),
        ),
        Word(
            name="still in queues",
            text="What waits in the outbox and in the queues when the stores are read. Nothing "
            "should, but for dead letters.",
            also=("remains", "outbox"),
        ),
        Word(
            name=WORK_QUEUE,
            text="The queue in which the messages of accepted orders wait for a worker. Those that "
            f"failed wait for their next attempt in `{_RETRY}`. Those that failed at every "
            f"attempt are in `{DEAD_QUEUE}`, as dead letters.",
            also=(DEAD_QUEUE, _RETRY),
        ),
        Word(
            name="nobody sent",
            text="Writes in the store that carry the name of this run, and that the run did not "
            "send.",
            also=("unrecorded",),
        ),
        Word(
            name="not in the ledger",
            text="Writes in the store that the ledger does not name. The ledger was cut off, so it "
            "cannot be said whether they were sent: the last second of a killed run is missing.",
        ),
        Word(
            name="settled",
            also=("settling",),
            text="Whether all was at rest when the stores were read: every accepted order worked "
            "on, every follower caught up. If not, the verdict is unknown.",
        ),
        Word(
            name="complete",
            text="Whether the run's ledger was written to its end.",
        ),
        Word(
            name="attempts failed",
            text="How often the work on a message failed. A message is tried again until "
            "`worker.retry_delays` has no more entries; then it is a dead letter.",
        ),
        Word(
            name="tried again",
            text="Attempts that failed and were followed by another one, after the time that "
            "`worker.retry_delays` says.",
        ),
        Word(
            name="dead letters",
            text="Messages that failed at every attempt. They are kept and not lost: "
            "`sdctl dlq list` shows them, and `sdctl dlq replay --all` tries them again. Those of "
            "other runs stay in the queue too, and are counted apart.",
            also=("dead letter", "dlq", "other_letters"),
        ),
        Word(
            name="not worked on yet",
            text="Orders that were accepted, and that no worker has brought to an end.",
            also=("unfinished",),
        ),
        Word(
            name="never notified",
            text="Orders that were worked on, and whose user was never told how they ended. The "
            "system promises exactly one notification of each end.",
            also=("undelivered",),
        ),
        Word(
            name="notified twice",
            text="Orders whose user was told the same end more than once, or two different ends. "
            "Only an order that failed, and was completed after `sdctl dlq replay`, has two ends: "
            "its user is told of each once, and that is not counted here.",
            also=("notified_twice",),
        ),
        Word(
            name="also checked",
            text="What was looked for besides lost writes, and not found: writes that are there "
            "twice, that are not what was sent, of which the user was never told, or was told "
            "the same end twice.",
        ),
        Word(
            name="none",
            text="On a card: what did not happen to any write. Each of these would have a row of "
            "its own.",
        ),
    ),
)
