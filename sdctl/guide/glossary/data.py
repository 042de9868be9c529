"""Words of system design: copies of data, and what may be read from them."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: data and its copies",
    words=(
        Word(
            name="replication lag",
            text="How far a follower is behind its leader: in bytes that it does not have yet, or "
            "in time. A read from a follower that lags may not show the latest writes.",
            also=("behind its leader", "lag of a follower"),
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
                "slots",
                "hash slot",
                "rebalancing",
                "hot partition",
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
            text="A store is linearizable if it answers as one copy would: each request takes "
            "place at one moment between its sending and its answer. A read from a follower is "
            "not. What "
            "sdctl checks is narrower: no acknowledged write is lost, and no client reads a "
            "state older than its own last write.",
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
            text="A write is durable if it survives a crash once it is acknowledged. It is on "
            "disk, and by `database.durability` also on another node before the client hears yes.",
            also=("durable",),
        ),
        Word(
            name="transaction",
            text="Several changes that happen all or not at all. The service writes an order "
            "and its outbox entry in one, so none is there without the other.",
            also=("atomicity",),
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
            name="write-through",
            text="A cache that is written together with the database; write-back writes the "
            "database later, and may lose what it kept. Here the service does neither: it "
            "throws the cached answer away.",
            also=(
                "write-back",
                "write through",
                "write back",
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
