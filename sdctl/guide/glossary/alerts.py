"""The alerts of the metrics tier, which `sdctl inspect metrics` shows by their names."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="alerts",
    words=(
        Word(
            name="NodeFails",
            text="A node has not been well for 15 s. `sdctl status` says why.",
        ),
        Word(
            name="NoFigures",
            text="A node has given no figures to Prometheus for 30 s. It may still run well.",
        ),
        Word(
            name="StoreAway",
            text="A node of the database or of the cache does not answer the program beside it "
            "that reads its figures.",
        ),
        Word(
            name="RequestsFail",
            text="More than 1% of what a tier is asked to do fails.",
        ),
        Word(
            name="RequestsAreSlow",
            text="1% of the requests to the service take longer than half a second.",
        ),
        Word(
            name="TierIsFull",
            text="A tier uses more than 90% of what it can do, such as its connections.",
        ),
        Word(
            name="MachineIsFull",
            text="The cores of this machine are more than 95% busy. What else is slow may be "
            "slow for that reason alone.",
        ),
        Word(
            name="MachineMemoryIsShort",
            text="More than 95% of this machine's memory is in use. The kernel may soon end a "
            "process.",
        ),
        Word(
            name="MemoryIsShort",
            text="A node uses more than 95% of the memory that it may have. Its setting `memory` "
            "gives it more.",
        ),
        Word(
            name="NodeWasKilled",
            text="The kernel ended a process of a node, because the node's memory was used up. "
            "Its setting `memory` gives it more.",
        ),
        Word(
            name="NodeRestarts",
            text="A node ended and began again more than twice in five minutes. `sdctl logs NODE` "
            "may say why.",
        ),
        Word(
            name="RulesFail",
            text="Prometheus could not compute one of its rules, so an alert may be missing.",
        ),
        Word(
            name="CacheIncomplete",
            text="A part of the cache has no primary that runs. Reads of it go to the database.",
        ),
        Word(
            name="LogsDropped",
            text="The collector had no room for log lines, and dropped them. `sdctl inspect "
            "collector` shows how many.",
        ),
        Word(
            name="NoConsensus",
            text="The consensus store has no leader, so no other node of the database can take "
            "over.",
        ),
        Word(
            name="NoDatabaseLeader",
            text="No node of the database takes writes.",
        ),
        Word(
            name="ReplicationLags",
            text="A follower of the database is more than 16 MiB behind its leader.",
        ),
        Word(
            name="NoSynchronousFollower",
            text="No follower has every write of the database's leader. If the leader ends now, "
            "acknowledged writes may be lost, or writes wait for a follower.",
        ),
        Word(
            name="NoDocumentsLeader",
            text="No node of the document store takes writes.",
        ),
        Word(
            name="NoReplica",
            text="The load balancer has no replica of the service to send requests to.",
        ),
        Word(
            name="QueueBacklog",
            text="More than 1000 orders wait in the queue for a worker.",
        ),
        Word(
            name="SearchDiskIsFull",
            text="The search tier has too little disk for another index. `search.keep` and "
            "`search.max_size` say how much it keeps.",
        ),
        Word(
            name="DeadLetters",
            text="Messages failed at every attempt and are in the queue of dead letters now. "
            "`sdctl dlq list` shows them.",
        ),
    ),
)
