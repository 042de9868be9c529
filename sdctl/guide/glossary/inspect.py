"""The columns of `sdctl inspect` that tell of nodes and of Prometheus."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="inspect: nodes and monitoring",
    words=(
        Word(
            name="count",
            text="How many there are; of connections: how many are in this state.",
            also=("connections",),
        ),
        Word(
            name="disk free bytes",
            text="Room that is left on the disk of this node.",
            also=("disk_free_bytes",),
        ),
        Word(
            name="health",
            text="Whether a node does its work: ok, failing or unknown. Of an index: green "
            "when all copies are there, yellow when one lacks, red when lines cannot be "
            "read.",
            also=(
                "green",
                "yellow",
                "red",
            ),
        ),
        Word(
            name="reason",
            text="Why a node is not ok.",
        ),
        Word(
            name="state",
            text="What whoever runs or watches it says: up or down, active or idle, firing.",
        ),
        Word(
            name="role",
            text="What a node is in its group: leader, follower, primary, replica or member.",
        ),
        Word(
            name="job",
            text="A group of nodes that Prometheus asks for the same figures. Most have the name "
            "of their tier; `machine` is what all of it runs on. `queues` asks the queue "
            "tier's nodes for the figures of each queue, and `patroni` asks "
            "the database's nodes for what Patroni knows, such as who leads.",
            also=("queues", "patroni", "machine"),
        ),
        Word(
            name="targets",
            text="The nodes that Prometheus asks; up of them answered the last time.",
            also=(
                "of",
                "up",
            ),
        ),
        Word(
            name="slowest",
            text="The longest that a node of this job took to give its figures.",
            also=("slowest seconds", "slowest_seconds"),
        ),
        Word(
            name="group",
            text="Rules of Prometheus that are computed together. Recording rules keep a sum "
            "ready; alerting rules watch for something. `took` is how long that was the last time.",
            also=(
                "recording",
                "alerting",
                "rules",
                "took",
                "took seconds",
                "took_seconds",
            ),
        ),
        Word(
            name="head",
            text="Prometheus' newest samples, which are not in a block on the disk yet. They are "
            "also in its log (`wal`), so a restart keeps them.",
            also=("head_bytes", "wal", "wal_bytes", "wal bytes"),
        ),
        Word(
            name="blocks",
            text="What Prometheus keeps of two hours or more, in files that change no more.",
            also=("blocks_bytes",),
        ),
        Word(
            name="samples/s",
            text="How many values Prometheus takes in a second: one of each series at each look.",
            also=("samples_per_s",),
        ),
        Word(
            name="alert",
            text="Something that a rule watches for, and that is so now. `what` says it in words, "
            "and `sdctl explain` knows each alert by its name.",
            also=(
                "alerts",
                "what",
            ),
        ),
        Word(
            name="restarts",
            text="How often the container was started again because its server ended.",
        ),
        Word(
            name="killed",
            text="How often the kernel ended a process of the container because its memory "
            "limit was reached.",
            also=(
                "oom",
                "out of memory",
                "oom killed",
            ),
        ),
        Word(
            name="limit",
            text="The most memory that the container may have. Of Prometheus' storage: the most "
            "room that it may take on the disk.",
            also=("limit bytes", "limit_bytes"),
        ),
        Word(
            name="cpu time",
            text="Time that the container's processes had a core, since it began.",
            also=("cpu seconds", "cpu_seconds"),
        ),
        Word(
            name="why",
            text="Why a node gives no figures, or what its trouble is.",
        ),
        Word(
            name="last seen",
            text="What fencing saw of this leader the last time that it looked, such as how many "
            "processes its node has. While there is one, the leader keeps its lease. When none is "
            "left, fencing revokes the lease, and a follower takes over.",
        ),
        Word(
            name="failing",
            text="Rules of Prometheus that could not be computed. It should stay 0.",
        ),
        Word(
            name="age",
            text="How old the oldest sample is that Prometheus keeps.",
            also=("age_seconds",),
        ),
        Word(
            name="have an address",
            text="Nodes that the observer knows an address for.",
        ),
        Word(
            name="disk free",
            text="Room that is left on the disk of the node.",
        ),
        Word(
            name="size",
            text="How much room it takes, in memory or on disk.",
        ),
    ),
)
