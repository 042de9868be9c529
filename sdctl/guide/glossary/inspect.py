"""The columns of `sdctl inspect` that are in no other view."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="inspect: columns of its tables",
    words=(
        Word(
            name="2xx",
            text="Answers by their first digit: 2xx went well, 4xx was the client's fault, 5xx "
            "the system's. Here counted since the proxy began.",
            also=(
                "4xx",
                "5xx",
                "3xx",
            ),
        ),
        Word(
            name="frontend",
            text="Where HAProxy takes requests in; a backend is the group of servers that it "
            "gives them to.",
            also=(
                "backend",
                "routes",
            ),
        ),
        Word(
            name="server",
            text="One node behind a proxy or in a tier, and its state as the proxy sees it: "
            "up, down, or MAINT for a place that no node has now.",
            also=("servers",),
        ),
        Word(
            name="client left",
            text="Requests whose client went away before the answer came.",
        ),
        Word(
            name="turned away",
            text="Requests that the gateway answered itself, because they may not come in: a "
            "wrong key, no such path, too large, too many.",
            also=(
                "rejected",
                "rejected (401, 404, 413, 429)",
            ),
        ),
        Word(
            name="streams",
            text="Users who are connected now and are told as something happens.",
        ),
        Word(
            name="connected to",
            text="Which node a pool's connections lead to at this moment.",
        ),
        Word(
            name="by",
            text="Which replica read from the cache.",
        ),
        Word(
            name="hits",
            text="Reads that the cache answered; misses are those that it could not.",
            also=("misses",),
        ),
        Word(
            name="in flight",
            text="Requests that are being worked on now, without an answer yet.",
        ),
        Word(
            name="unacked",
            text="Messages that a worker has, and has not reported done. If it dies, the queue "
            "gives them to another one.",
        ),
        Word(
            name="ready",
            text="Messages that wait in the queue for a worker. Of replicas: how many can take "
            "requests.",
        ),
        Word(
            name="consumers",
            text="How many workers read from the queue now.",
        ),
        Word(
            name="online",
            text="How many of a quorum queue's copies are on nodes that run: 3/3 is all.",
        ),
        Word(
            name="type",
            text="What kind a queue is: quorum keeps copies on several nodes, classic is on one.",
            also=(
                "classic",
                "quorum type",
            ),
        ),
        Word(
            name="why not ok",
            text="What RabbitMQ says is wrong with the node.",
        ),
        Word(
            name="count",
            text="How many there are; of connections: how many are in this state.",
            also=("connections",),
        ),
        Word(
            name="show them",
            text="The command that lists the dead letters.",
        ),
        Word(
            name="index",
            text="In etcd: the number of the last change, which is the same on all members "
            "that have caught up. In a store: what makes a search quick; in the search "
            "tier: a group of lines.",
            also=(
                "indexes",
                "index bytes",
                "indices",
            ),
        ),
        Word(
            name="collection",
            text="A group of documents in the document store, such as `events`.",
            also=(
                "collections",
                "size bytes",
            ),
        ),
        Word(
            name="batches",
            text="Groups of lines that the search tier was given to keep.",
        ),
        Word(
            name="searches",
            text="How many searches were asked.",
        ),
        Word(
            name="heap bytes",
            text="Memory that Java uses for its objects now.",
            also=("heap_bytes",),
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
            text="A group of nodes that Prometheus asks for the same figures.",
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
            name="slowest seconds",
            text="The longest that a node of this job took to give its figures.",
            also=("slowest_seconds",),
        ),
        Word(
            name="group",
            text="Rules of Prometheus that are computed together. Recording rules keep a sum "
            "ready; alerting rules watch for something.",
            also=(
                "recording",
                "alerting",
                "rules",
                "took seconds",
                "took_seconds",
            ),
        ),
        Word(
            name="alert",
            text="Something that a rule watches for, and that is so now. `what` says it in words.",
            also=(
                "alerts",
                "what",
            ),
        ),
        Word(
            name="taken",
            text="Lines that the search tier took. Those that it had already are counted "
            "apart, and are not there twice.",
            also=(
                "had already",
                "had_already",
            ),
        ),
        Word(
            name="put off",
            text="Lines that the search tier could not take at once; they are sent again.",
            also=("put_off",),
        ),
        Word(
            name="search away",
            text="How often the search tier was away when lines were to be sent. The collector "
            "keeps them on disk meanwhile.",
            also=("search_away",),
        ),
        Word(
            name="most",
            text="The most that ever waited in this queue; full counts how often it had no room.",
            also=(
                "full",
                "most bytes",
                "most_bytes",
                "bytes",
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
            name="limit bytes",
            text="The most memory that the container may have.",
            also=("limit_bytes",),
        ),
        Word(
            name="cpu seconds",
            text="Time that the container's processes had a processor, since it began.",
            also=("cpu_seconds",),
        ),
        Word(
            name="have an address",
            text="Nodes that the observer knows an address for.",
        ),
        Word(
            name="columns",
            text="The fields of a table, or of an index.",
        ),
        Word(
            name="lines",
            text="Log lines, each from one node.",
        ),
        Word(
            name="held",
            text="How much of its log a leader keeps for a follower that has not read it yet.",
            also=("replication slots",),
        ),
        Word(
            name="dead rows",
            text="Old versions of rows, which the database removes when it has time.",
        ),
        Word(
            name="votes so far",
            text="How often this group has chosen a leader.",
        ),
        Word(
            name="sessions",
            text="Connections of clients to a proxy: how many are open now, the most at once, "
            "the most that may be, all so far, and new ones a second.",
            also=(
                "now",
                "per s",
                "per_s",
                "total",
                "limit",
            ),
        ),
        Word(
            name="disk free",
            text="Room that is left on the disk of the node.",
        ),
        Word(
            name="slowest",
            text="The longest of several times; took is one of them.",
            also=("took",),
        ),
        Word(
            name="size",
            text="How much room it takes, in memory or on disk.",
        ),
    ),
)
