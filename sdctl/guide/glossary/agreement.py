"""Words of system design: how nodes agree, and who leads."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: how nodes agree",
    words=(
        Word(
            name="quorum",
            text="More than half of a group: two of three, three of five. Two such groups "
            "always share a member, so no two halves of a cut network can both decide. "
            "Here etcd, the quorum queues of RabbitMQ and the primaries of the cache "
            "decide so.",
            also=("majority",),
        ),
        Word(
            name="consensus algorithm",
            text="A way for several nodes to agree on one value although some of them may be "
            "gone. Raft is the one that etcd and RabbitMQ use here: one leader, numbered "
            "terms, and a majority for each decision.",
            also=(
                "raft",
                "paxos",
            ),
        ),
        Word(
            name="leader election",
            text="How a group chooses who leads when its leader is gone. Here PostgreSQL's "
            "leader is whoever holds a lease in etcd, and RabbitMQ and the cache vote "
            "among themselves. `sdctl chaos kill-leader` shows it.",
            also=("election",),
        ),
        Word(
            name="lease",
            text="A right that ends by itself unless it is renewed. The leader of the database "
            "holds one in etcd (`database.ttl`). When it dies, the others wait until the "
            "lease runs out or is revoked (`fencing`), and only then one of them leads.",
            also=(
                "heartbeat",
                "ttl of a lease",
            ),
        ),
        Word(
            name="gossip",
            text="Nodes that tell each other, a few at a time, what they know of the others. "
            "The nodes of the cache find out so who is gone; the database asks etcd "
            "instead.",
        ),
        Word(
            name="fencing",
            text="Fencing keeps an old leader from writing when a new one leads. A leader that "
            "cannot renew its lease in time stops taking writes by itself, before another "
            "may begin. The tier `fencing` ends the lease of a leader that is surely dead.",
        ),
        Word(
            name="split brain",
            text="Two nodes that both believe they lead, and both take writes, which nobody "
            "can join again afterwards. A quorum and a lease keep it away.",
        ),
        Word(
            name="patroni",
            text="The program beside each PostgreSQL server that decides who leads: it takes the "
            "lease in the consensus store, renews it every `database.loop_wait`, and promotes its "
            "server when the lease is free. On a card, times with `loop_wait` are of its looks.",
        ),
        Word(
            name="epoch",
            text="A number by which nodes agree which of two answers is newer: it grows with each "
            "new leader. A node of the cache that shows an older epoch of another one has not "
            "heard of the latest change yet. That passes by itself in seconds.",
            also=("config epoch", "one of epoch"),
        ),
        Word(
            name="network partition",
            text="A cut between nodes that all run: each side believes that the other is gone. "
            "The side with a quorum goes on, the other must refuse to decide.",
            also=("network split",),
        ),
        Word(
            name="CAP theorem",
            text="While a network is cut, a store can either answer everywhere, and then some "
            "answers are old, or stay consistent, and then some nodes refuse. Here the "
            "database refuses writes without a leader; reads from followers go on.",
            also=(
                "cap",
                "pacelc",
            ),
        ),
        Word(
            name="multi-leader",
            text="Stores in which several nodes take writes for the same data, or any node "
            "does, must join what differs afterwards. Here each piece of data has one "
            "leader, so nothing has to be joined.",
            also=(
                "leaderless",
                "multi leader",
                "last write wins",
            ),
        ),
    ),
)
