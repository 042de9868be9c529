"""The columns of `sdctl inspect` that tell of requests and messages."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="inspect: requests and messages",
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
            "gives them to. Here the gateway takes them in at `entrance`, and the lb at `spread`.",
            also=(
                "backend",
                "routes",
                "entrance",
                "spread",
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
            "wrong key (401), no such path (404) or method (405), too large (413), too many (429), "
            "or no whole request (400, 408).",
            also=(
                "rejected",
                "rejected (its own 4xx)",
            ),
        ),
        Word(
            name="streams",
            text="Users who are connected now and are told as something happens.",
        ),
        Word(
            name="sessions",
            text="Connections of clients to a proxy: how many are open now, the most at once, "
            "the most that may be, all so far, and new ones a second. The most that may be is "
            "`max_connections` of the tier, and a few more for those who read the figures.",
            also=(
                "now",
                "per s",
                "per_s",
                "total",
                "limit",
            ),
        ),
        Word(
            name="pool",
            text="Connections to the database that a replica keeps open and uses again: one pool "
            "for the leader, one for a follower. `idle` are those that no request uses now.",
            also=("pools", "idle"),
        ),
        Word(
            name="published",
            text="Messages that this replica gave to the queue since it was started.",
        ),
        Word(
            name="live notifications",
            text="Queues by which the app's replicas hear of notifications, to tell the users who "
            "are connected. Each replica has one of its own, and nothing waits in them for long.",
        ),
        Word(
            name="connected to",
            text="Which node a pool's connections lead to at this moment.",
        ),
        Word(
            name="in flight",
            text="Requests that are being worked on now, without an answer yet.",
        ),
        Word(
            name="unacked",
            text="Messages that a worker has taken and not yet acknowledged, that is, not said to "
            "be done. RabbitMQ calls them unacknowledged, or short: unacked. If that worker dies, "
            "another one gets them.",
            also=("unacknowledged",),
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
            name="most",
            text="The largest number so far: of sessions at one moment, or of what waited in a "
            "queue. `full` counts how often the queue had no room.",
            also=(
                "full",
                "most bytes",
                "most_bytes",
                "bytes",
            ),
        ),
        Word(
            name="main queue",
            text="The collector's queue of lines that came in. `search queue` has those that go to "
            "the search tier; `again queue` and `stripped queue` those that it did not take at "
            "once. `on disk` is the part of a queue that has no room in memory.",
            also=("search queue", "again queue", "stripped queue", "on disk", "main Q", "[DA]"),
        ),
        Word(
            name="show them",
            text="The command that lists the dead letters.",
        ),
    ),
)
