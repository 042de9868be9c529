"""Words of system design: copies of data, and what may be read from them."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: data and its copies",
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
            text="What keeps an old leader from writing when a new one leads. A leader that "
            "cannot renew its lease in time stops taking writes by itself, before another "
            "may begin. The tier `fencing` ends the lease of a leader that is surely dead.",
        ),
        Word(
            name="split brain",
            text="Two nodes that both believe they lead, and both take writes, which nobody "
            "can join again afterwards. A quorum and a lease keep it away.",
        ),
        Word(
            name="replication lag",
            text="How far a follower is behind its leader: in bytes that it does not have yet, or "
            "in time. A read from a follower that lags may not show the latest writes.",
            also=("behind its leader", "lag of a follower"),
        ),
        Word(
            name="epoch",
            text="A number by which nodes agree which of two answers is newer: it grows with each "
            "new leader. A node of the cache that shows an older epoch of another one has not "
            "heard of the latest change yet. That passes by itself in seconds.",
            also=("config epoch", "one of epoch"),
        ),
        Word(
            name="replication",
            text="Keeping copies of the same data on several nodes. Synchronous: the leader "
            "waits for a copy before it says yes, so a failover loses nothing. "
            "Asynchronous: it does not wait, which is faster and may lose the last "
            "writes; `database.durability` chooses.",
            also=(
                "replicas of data",
                "synchronous replication",
                "asynchronous replication",
                "sync replication",
                "async replication",
            ),
        ),
        Word(
            name="shard",
            text="A part of the data, so that one node need not hold everything. The cache is "
            "cut into 16,384 slots, and each primary has its share of them.",
            also=(
                "sharding",
                "partitioning",
                "consistent hashing",
                "slots",
                "hash ring",
                "virtual nodes",
                "rebalancing",
                "hot partition",
            ),
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
            name="consistency",
            text="Which values a read may show after a write. Strong: always the last one that "
            "was acknowledged. Eventual: an older one for a while, until the copies have "
            "caught up.",
            also=(
                "strong consistency",
                "eventual consistency",
                "eventually consistent",
            ),
        ),
        Word(
            name="linearizable",
            text="As if there were one copy and each request took place at one moment between "
            "its sending and its answer. A read from a follower is not. What sdctl checks "
            "is narrower: no acknowledged write is lost, and no client reads a state "
            "older than its own last write.",
            also=(
                "linearizability",
                "linearisable",
            ),
        ),
        Word(
            name="read your writes",
            text="After a client's write was acknowledged, that client never reads a state "
            "from before it. Here the service reads from the leader where a follower may "
            "be behind; each read that breaks this is counted as stale.",
            also=(
                "read-your-own-writes",
                "session consistency",
            ),
        ),
        Word(
            name="durability",
            text="That an acknowledged write survives a crash. It is on disk, and by "
            "`database.durability` also on another node before the client hears yes.",
            also=(
                "acid",
                "durable",
            ),
        ),
        Word(
            name="transaction",
            text="Several changes that happen all or not at all. The service writes an order "
            "and its outbox entry in one, so none is there without the other.",
            also=(
                "atomicity",
                "two-phase commit",
                "2pc",
            ),
        ),
        Word(
            name="write-ahead log",
            text="The file into which a database writes each change before it changes its "
            "tables. Followers read the same log, and a crashed node reads it again.",
            also=("wal",),
        ),
        Word(
            name="standby",
            text="A node that is ready to take over: here the follower of a leader. As long as "
            "nothing happens it answers reads.",
            also=(
                "hot standby",
                "read replica",
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
                "crdt",
                "vector clock",
                "last write wins",
            ),
        ),
        Word(
            name="write-through",
            text="A cache that is written together with the database; write-back writes the "
            "database later, and may lose what it kept. Here the service does neither: it "
            "throws the cached answer away.",
            also=(
                "write-back",
                "write through",
                "write back",
                "tombstone",
            ),
        ),
        Word(
            name="eviction policy",
            text="What a full cache throws away: LRU what was not used for longest, LFU what "
            "is used least, noeviction nothing, so that writes to it are refused. "
            "`cache.eviction` chooses.",
            also=(
                "lru",
                "lfu",
                "allkeys-lru",
                "allkeys-lfu",
                "noeviction",
            ),
        ),
        Word(
            name="cold cache",
            text="A cache that is empty, as after a start: every read goes to the database "
            "until it has filled.",
            also=(
                "warm up",
                "cold start",
            ),
        ),
        Word(
            name="isolation",
            text="What one transaction sees of others that run at the same time. PostgreSQL's "
            "usual level here, read committed, shows only what was committed before each "
            "statement.",
            also=(
                "isolation level",
                "read committed",
            ),
        ),
        Word(
            name="cache aside",
            text="The service asks the cache first, the database only on a miss, and then "
            "keeps the answer in the cache. A write throws the old answer away.",
            also=(
                "cache-aside pattern",
                "lazy loading",
                "read-through",
            ),
        ),
        Word(
            name="cache stampede",
            text="When a value that many ask for falls out of the cache, all of them ask the "
            "database at once. `sdctl load --workload hot-key` sends the requests for it.",
            also=(
                "thundering herd",
                "hot spot",
            ),
        ),
        Word(
            name="document store",
            text="A database that keeps JSON documents of any shape instead of rows. Here it "
            "holds the events.",
            also=(
                "nosql",
                "mongodb compatible",
            ),
        ),
        Word(
            name="full-text search",
            text="Finding lines by the words in them. An inverted index names for each word "
            "the lines that hold it; here it finds log lines and events.",
            also=(
                "inverted index",
                "full text search",
            ),
        ),
    ),
)
