"""The card of a verdict, and the tables of a run's report."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="the card of a verdict",
    words=(
        Word(
            name="verdict",
            text="What a fault did, judged from records: pass, fail or unknown. `sdctl` compares "
            "every write that it sent with what the stores hold afterwards.",
        ),
        Word(
            name="pass",
            text="The stack recovered by itself, nothing that was promised is lost, and every node "
            "is well. It is about counts, so it holds on a full machine too. The exit code is 0.",
        ),
        Word(
            name="fail",
            text="Something that was promised did not hold, such as a write that was acknowledged "
            "and is gone. The card says what. The exit code is 8.",
        ),
        Word(
            name="unknown",
            text="For a verdict: something that it takes to judge was not measured (exit code 9). "
            "For a request or a write: it was sent, and nobody knows whether the system did it. "
            "For a node: nobody could ask it.",
        ),
        Word(
            name="leader",
            text="The one node of a tier that takes the writes; the others copy from it. On a "
            "card, "
            "the arrow shows who led before the fault and who leads after it.",
            also=("leader_before", "leader_after"),
        ),
        Word(
            name="failover",
            text="Another node takes over from a leader that is gone. Without a node that can take "
            "over there is no failover, and writes come back only with the old leader.",
        ),
        Word(
            name="effect",
            text="What the fault asked for, beside what was measured while it was on. `sdctl` "
            "measures the fault itself, not only what came of it. A fault whose effect is not seen "
            "is healed at once, and the verdict is fail.",
            also=("effects", "asked", "seen", "tolerance"),
        ),
        Word(
            name="writes stopped for",
            text="From the moment when writes stopped until the first of ten acknowledged writes "
            "in "
            "a row. The value after ± says how exact that is: it is the usual time between two "
            "writes. Others call it the recovery time (RTO).",
            also=("writes stopped", "rto", "rto_ms", "outage", "resolution", "rto_resolution_ms"),
            measured=("failover", "pause"),
        ),
        Word(
            name="of that",
            text="The time for which writes stopped, cut into phases: detect, elect, promote, "
            "reroute. Their ends come from the servers' own log lines. A phase that no log line "
            "tells is not known, and is never guessed.",
            also=("phases", "phases_ms", "phase"),
        ),
        Word(
            name="detect",
            text="The first phase: until the other nodes know that the leader is gone. A short "
            "lease or timeout makes it shorter, and takes slow leaders for dead ones more often.",
        ),
        Word(
            name="lease revoked",
            text="The leader had no process left, so nobody waited until its lease ran out: the "
            "tier `fencing` took it away. The time is counted from the moment when writes "
            "stopped.",
            also=("confirmed dead", "revoked_ms"),
        ),
        Word(name="elect", text="The second phase: until one of the other nodes has won."),
        Word(
            name="promote",
            text="The third phase: until the new leader is ready to take writes.",
        ),
        Word(
            name="reroute",
            text="The last phase: until clients have found the new leader, and the first write is "
            "acknowledged again.",
        ),
        Word(
            name="a new leader",
            text="After how long the tier itself had a leader again, by the servers' own logs. "
            "Clients need not have waited that long: a cache can be passed by, and messages can "
            "wait in the outbox.",
            also=(
                "a new primary",
                "a new leader after",
                "a new leader after, median",
                "failover_ms",
            ),
        ),
        Word(
            name="expected",
            text="How long it should take, computed from the settings that run. The line below "
            "shows the arithmetic. A measured time outside is not wrong, but it asks for a reason.",
            also=("predicted", "as expected"),
        ),
        Word(
            name="also checked",
            text="What was looked for besides lost writes, and not found: writes that are there "
            "twice, that are not what was sent, of which the user was never told, or was told "
            "twice.",
        ),
        Word(
            name="next",
            text="What a reader does next: a command that shows more of what this fault teaches, "
            "or what went wrong.",
            also=("next_step",),
        ),
        Word(
            name="game day",
            text="Several faults in one run, each at its time, some at once, and one verdict. "
            "A file lists the load, the steady state, the faults and the assertions; "
            "`sdctl chaos days` lists those that come with `sdctl`.",
            also=("day", "chaos run", "chaos days"),
        ),
        Word(
            name="steady state",
            text="What must be so while nothing is broken, such as `failed=0` for 5 s. It is "
            "looked at before the first fault, and again when all faults are healed. If it is "
            "not so before, nothing is broken.",
            also=("steady before", "steady after", "steady"),
        ),
        Word(
            name="asserted",
            text="A comparison in a game day's file, such as `rto<5s`, and whether it held. `rto` "
            "is the longest time for which writes stopped.",
        ),
        Word(
            name="seed",
            text="The number from which a game day's requests and choices follow. The same seed "
            "gives the same ones again.",
        ),
        Word(
            name="variants",
            text="Settings with each of which a game day is played once, so that their figures "
            "stand side by side. The stack gets each setting in turn, and its own back in the end.",
            also=("writes/s", "stopped for s"),
        ),
        Word(
            name="hit",
            text="Which node a fault hit. An arrow shows who led before it and who leads after it.",
        ),
        Word(
            name="at",
            text="When a fault of a game day began, counted from the first moment of the day.",
        ),
        Word(
            name="others publish",
            text="What makers and users of such systems say of their own failovers. Their "
            "settings, "
            "machines and loads are different.",
            also=("published",),
        ),
        Word(
            name="reads meanwhile",
            text="How many reads were answered while writes were stopped. Followers and the cache "
            "can answer reads without a leader.",
            also=("during_outage", "reads answered meanwhile"),
        ),
        Word(
            name="this machine",
            text="What this machine had left while the load ran: CPU that nobody used, and CPU "
            "that "
            "its own host took away (stolen). A machine without idle CPU makes all times longer.",
            also=("idle", "stolen", "steal", "host", "CPU idle", "CPU steal"),
        ),
        Word(
            name="writes",
            text="Requests that change something, such as a new order. Each one is written into "
            "the "
            "run's ledger with its outcome, and is looked for in the stores afterwards.",
        ),
        Word(
            name="writes acknowledged",
            text="Writes that were answered with 2xx. The system promised that it has them.",
            also=("acknowledged",),
        ),
        Word(
            name="of them lost",
            text="Writes that were acknowledged, and are not in the store after the fault. One of "
            "them is enough for a fail.",
            also=("lost", "acknowledged and gone"),
            measured=("failover",),
        ),
        Word(
            name="outcome unknown",
            text="Writes that were sent, and no answer told what became of them: none came, or "
            "500, "
            "502 or 504. Some were done after all. Either is right, as nobody was promised "
            "anything.",
            also=("recovered",),
        ),
        Word(
            name="writes refused",
            text="Writes that were answered with 4xx or 503, or were never sent. Nobody was "
            "promised "
            "anything, so they must not be in the store. One that is there is a broken promise.",
            also=("refused", "broken promises", "broken_promises", "broken promise"),
        ),
        Word(
            name="there twice",
            text="Writes that were sent once and are in the store twice.",
            also=("duplicated",),
        ),
        Word(
            name="not what was sent",
            text="Writes that are in the store with other content than was sent.",
            also=("altered",),
        ),
        Word(
            name="stale reads",
            text="Reads that did not show a write of the same client, although it was acknowledged "
            "before the read was sent.",
            also=("stale",),
        ),
        Word(
            name="followers",
            text="On a card: whether every follower of the stores has exactly what its leader has. "
            "They are compared write by write, after all have caught up.",
            also=("behind", "unread"),
        ),
        Word(
            name="still in queues",
            text="What waits in the outbox and in the queues when the stores are read. Nothing "
            "should, but for dead letters.",
            also=("remains", "outbox"),
        ),
        Word(
            name="nobody sent",
            text="Writes in the store that carry the name of this run, and that the run did not "
            "send.",
            also=("unrecorded",),
        ),
        Word(
            name="not in the ledger",
            text="Writes in the store that the ledger does not name. The ledger was cut off, so it "
            "cannot be said whether they were sent: the last second of a killed run is missing.",
        ),
        Word(
            name="settled",
            text="Whether all was at rest when the stores were read: every accepted order worked "
            "on, every follower caught up. If not, the verdict is unknown.",
        ),
        Word(
            name="complete",
            text="Whether the run's ledger was written to its end.",
        ),
        Word(
            name="attempts failed",
            text="How often the work on a message failed. A message is tried again until "
            "`worker.retry_delays` has no more entries; then it is a dead letter.",
        ),
        Word(
            name="tried again",
            text="Attempts that failed and were followed by another one, after the time that "
            "`worker.retry_delays` says.",
        ),
        Word(
            name="dead letters",
            text="Messages that failed at every attempt. They are kept and not lost: "
            "`sdctl dlq list` shows them, and `sdctl dlq replay --all` tries them again.",
            also=("dead letter", "dlq"),
        ),
        Word(
            name="not worked on yet",
            text="Orders that were accepted, and that no worker has brought to an end.",
            also=("unfinished",),
        ),
        Word(
            name="never notified",
            text="Orders that were worked on, and whose user was never told. The system promises "
            "exactly one notification.",
            also=("undelivered",),
        ),
        Word(
            name="notified twice",
            text="Orders whose user was told more than once. The system promises exactly one "
            "notification.",
            also=("notified_twice",),
        ),
        Word(
            name="none",
            text="On a card: what did not happen to any write. Each of these would have a row of "
            "its own.",
        ),
        Word(
            name="times do not count",
            text="The machine, or the load generator on it, had no time left while the load ran, "
            "so measured times are about the machine. What was counted is so all the same: "
            "writes, answers, losses. `sdctl load` ends with exit code 9 then.",
            also=("times_count", "machine was full", "because", "limit", "saturated"),
        ),
        Word(
            name="ill before it",
            text="Nodes that were not well when the fault began, and why. What the fault did "
            "cannot "
            "be told from what was wrong already.",
            also=("ill_before",),
        ),
        Word(
            name="ill after it",
            text="Nodes that were not well when the run ended, and why. The verdict is unknown "
            "then.",
            also=("ill_after",),
        ),
        Word(
            name="run",
            text="One load, with or without a fault. All that is known of it is in one folder, and "
            "`sdctl report RUN` makes a page of it. A fault's id (f-3) names its run, too.",
        ),
        Word(
            name="kept in",
            text="The folder with the run's files: every write and its outcome, the load second by "
            "second, and the verdict.",
        ),
        Word(
            name="ledger",
            text="The list of every write that a run sent, each with its key and its outcome. The "
            "verdict compares it with the stores.",
        ),
    ),
)
