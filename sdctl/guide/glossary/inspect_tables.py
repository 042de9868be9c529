"""The titles of the tables of `sdctl inspect`."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="inspect: titles of its tables",
    words=(
        Word(
            name="nodes",
            text="The nodes of this tier, one in each row.",
        ),
        Word(
            name="primaries",
            text="The nodes of the cache that take the writes. Each has its own part of the keys.",
        ),
        Word(
            name="replicas",
            text="The nodes of the cache that copy a primary. One of them takes its place when it "
            "ends.",
        ),
        Word(
            name="members",
            text="The nodes of the consensus tier that vote, as each of them sees itself.",
        ),
        Word(
            name="in trouble",
            text="The nodes of the cache that are not ok. `why` says what is wrong.",
        ),
        Word(
            name="cannot be read now",
            text="The observer asked the tier and got no answer that it can show. `why` says what "
            "kept it.",
        ),
        Word(
            name="observed",
            text="The nodes that the observer looks at, by component.",
        ),
        Word(
            name="leaders",
            text="The leader of each tier that fencing watches, and what fencing saw of it last.",
        ),
        Word(
            name="containers",
            text="What the container of each node uses, the one with the most memory first.",
        ),
        Word(
            name="storage",
            text="What Prometheus keeps: how much, how old, and the most that it may be.",
        ),
        Word(
            name="targets down",
            text="The nodes that gave Prometheus no figures the last time, and why.",
        ),
        Word(
            name="biggest tables",
            text="The tables of the leader's database that take the most room, at most eight.",
        ),
        Word(
            name="reads",
            text="What the replicas of the service read from the cache.",
        ),
        Word(
            name="requests",
            text="What each replica of the service does now, and what it did since it began.",
        ),
        Word(
            name="messages",
            text="What each worker made of its messages since it began.",
        ),
        Word(
            name="queues",
            text="The queues of a tier. In the queue tier they have the messages of the service; "
            "in the collector the lines that wait.",
        ),
        Word(
            name="dead letters",
            text="The messages that no worker could do. They wait for you to decide.",
        ),
        Word(
            name="now",
            text="What the collector does at this moment. "
            "The table above it counts since it began.",
        ),
    ),
)
"""Titles that are words of a column too are with the columns."""
