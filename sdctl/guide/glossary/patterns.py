"""Words of system design: patterns, also those that this architecture does without."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: patterns, and what is done here instead",
    words=(
        Word(
            name="consistent hashing",
            text="Nodes and keys have places on a ring, by their hashes, and a key belongs to the "
            "next node on it. So a node that comes or goes moves only the keys beside it. Redis "
            "does it in another way: a key's hash names one of 16,384 slots, and a list says "
            "which node has which slot.",
            also=("hash ring", "virtual nodes"),
        ),
        Word(
            name="tombstone",
            text="A mark that a value was changed or deleted, in place of the value. So nobody "
            "brings the old one back by mistake. Here a write leaves one in the cache, and a value "
            "that a follower gave does not replace it.",
        ),
        Word(
            name="vector clock",
            text="A count of changes for each node, kept with a value. Of two versions it tells "
            "which is newer, or that neither is. It is for stores in which several nodes take "
            "writes; here each piece of data has one leader.",
            also=("version vector",),
        ),
        Word(
            name="CRDT",
            text="Data of a kind that any node may change, and that becomes the same everywhere, "
            "in whatever order the changes come. Here there are none: each piece of data has one "
            "leader.",
        ),
        Word(
            name="two-phase commit",
            text="One transaction over several stores: first each promises, then each commits. If "
            "who asks them dies between the two, they wait for it. The service avoids it with its "
            "outbox: see `explain outbox`.",
            also=("2pc", "distributed transaction"),
        ),
        Word(
            name="saga",
            text="Work over several services, with a transaction in each. If one step fails, other "
            "steps undo those before it. Here an order needs none: a worker completes it, or it "
            "has failed and the user is told.",
        ),
        Word(
            name="CQRS",
            text="Writes and reads have models of their own, and often stores of their own. Here "
            "they have not: an order is one row, and followers answer reads of it.",
        ),
        Word(
            name="ACID",
            text="What a transaction promises. It happens all or not at all (atomicity), keeps the "
            "rules of the data (consistency), sees no other's half-done work (isolation), and "
            "survives a crash (durability).",
        ),
        Word(
            name="graceful degradation",
            text="Where a part is away, the others still do what they can without it. Here reads "
            "go on while the database has no leader, and without the cache the database answers.",
        ),
        Word(
            name="rolling update",
            text="A new version comes to one node after the other, while the others serve. `sdctl "
            "up` does so when a setting has changed: replicas by turns, and the leader of a "
            "database last.",
            also=("rolling restart",),
        ),
        Word(
            name="blue-green",
            text="The new version is a whole second system, and all requests go to it at one "
            "moment. If it is bad, they go back. `sdctl up` does not do it: it makes nodes anew by "
            "turns.",
            also=("blue-green deployment",),
        ),
        Word(
            name="canary release",
            text="A new version gets a few of the requests first, and more if it does well. "
            "`sdctl` has none. Its own `canary` is the order with which `sdctl up` proves a stack.",
            also=("canary deployment",),
        ),
        Word(
            name="backpressure",
            text="Who cannot keep up makes the others send less, so that no work is lost. Here a "
            "worker takes so many messages at a time and no more, and the others wait in the "
            "queue.",
            also=("back pressure", "prefetch"),
        ),
        Word(
            name="webhook",
            text="A request that a system sends to an address of yours when something has "
            "happened. Here there is none: a user's notifications are read, as server-sent events.",
        ),
        Word(
            name="WebSocket",
            text="A connection on which both sides send whenever they want. Notifications go one "
            "way only, so here server-sent events are enough.",
        ),
        Word(
            name="service discovery",
            text="How a part finds the addresses of another. Here the balancer asks for the name "
            "of the service again and again, and each address that it hears takes a free slot.",
        ),
        Word(
            name="stateless",
            text="A service is stateless if it keeps nothing between two requests: what is "
            "known is in the stores. So any replica answers, and one more can start at any time. "
            "Here the service and the workers are so.",
        ),
    ),
)
