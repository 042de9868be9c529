"""What `sdctl dlq list` and `sdctl dlq show` say of a dead letter."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="a dead letter (dlq list, dlq show)",
    words=(
        Word(
            name="id",
            text="The dead letter's id, which is that of its order. `sdctl dlq show` and `sdctl "
            "dlq replay` take it, or its first letters.",
            also=("order id",),
        ),
        Word(
            name="attempts",
            text="How often a worker tried the message before it was given up.",
        ),
        Word(
            name="age",
            text="How long ago the message was given up.",
            also=("failed_at", "age_seconds"),
        ),
        Word(
            name="given up by",
            text="The worker that made the last attempt. With that attempt the message became a "
            "dead letter.",
            also=("failed_by",),
        ),
        Word(
            name="error",
            text="Why the last attempt failed. `injected`: `sdctl chaos fail-messages` made it "
            "fail. Where the queue itself gave the message up, it is the queue's word for that.",
            also=("injected",),
        ),
        Word(
            name="first_published_at",
            text="When the message was put into the queue for the first time.",
        ),
        Word(
            name="replayed",
            text="How often `sdctl dlq replay` has put the message back into the queue to be tried "
            "again.",
        ),
        Word(
            name="request_id",
            text="The id of the request that made the message. `sdctl logs --request ID` shows its "
            "log lines.",
        ),
        Word(
            name="body",
            text="What the message says.",
        ),
    ),
)
