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
            name="not judged",
            text="A run without a verdict: a load beside which nothing was broken, or a run that "
            "was ended before it was judged. That is no failure. `sdctl verdict RUN` judges it.",
            also=("a load, no verdict asked",),
        ),
        Word(
            name="leader",
            text="The one node of a tier that takes the writes; the others copy from it. On a "
            "card, "
            "the arrow shows who led before the fault and who leads after it.",
            also=("leader_before", "leader_after"),
        ),
        Word(
            name="took over",
            text="The node that led next, where acknowledged writes are lost: it had not copied "
            "them all. The card says of how many seconds it lacked writes, and how far behind it "
            "was when the fault began.",
            also=("took_over", "lacked"),
        ),
        Word(
            name="failover",
            text="Another node takes over from a leader that is gone. Without a node that can take "
            "over there is no failover, and writes come back only with the old leader.",
        ),
        Word(
            name="effect",
            text="What the fault asked for, beside what was measured while it was on: when it had "
            "begun, and shortly before its end. `sdctl` measures the fault itself, not only what "
            "came of it. The verdict is fail if the effect is not seen, or went away.",
            also=("effects", "asked", "seen", "tolerance", "at its end", "at_end"),
        ),
        Word(
            name="ways",
            text="A way leads from one node to another, in one direction. So two nodes that share "
            "a network have two ways between them. `partition` closes ways: every way of the nodes "
            "that are cut off is tried, and the card says how many of these are closed.",
            also=("way", "ways closed", "who reaches whom", "reached"),
        ),
        Word(
            name="writes stopped for",
            text="The longest time in which almost no write was acknowledged: fewer than one in "
            "ten of those that were sent (also called the recovery time, RTO). It is a stop only "
            "if at least three writes that were sent meanwhile failed or had to wait; else it says "
            "`no stop seen`. The value after ± says how exact that is: it is the usual time "
            "between two writes.",
            also=(
                "no stop seen",
                "stopped",
                "writes stopped",
                "rto",
                "rto_ms",
                "outage",
                "resolution",
                "rto_resolution_ms",
            ),
            measured=("failover", "pause"),
        ),
        Word(
            name="writes failed in part",
            text="The longest time from one failed write to another in which some writes were "
            "acknowledged, but never ten in a row. So the service limped: it did not stop, and it "
            "was not well. `writes stopped for` may be a part of it.",
            also=("failed_in_part", "limp", "limping"),
        ),
        Word(
            name="writes, p50 / p99",
            text="How long an acknowledged write took: the median, and the time within which 99 of "
            "100 ended. First that of the writes before the fault, then that of those that ran "
            "while it was on. How many were not acknowledged, and their median time, stands beside "
            "it (`write_ms` in JSON).",
            also=("write_ms", "during"),
        ),
        Word(
            name="of that",
            text="The time for which writes stopped, cut into phases: detect, elect, promote, "
            "reroute. Their ends come from the servers' own log lines. A phase that no log line "
            "tells is not known, and is never guessed.",
            also=("phases", "phases_ms", "phases_remark", "phase"),
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
            "wait in the outbox. In a game day, each fault counts from its own beginning.",
            also=(
                "a new primary",
                "a new leader after",
                "a leader again after",
                "a new leader after, median",
                "failover_ms",
            ),
        ),
        Word(
            name="predicted",
            text="What should come of the fault, computed from the settings that run: one figure "
            "a row, which is a time or a count. On a card, the row `why` below it shows "
            "the arithmetic. A measured figure outside is not wrong, but it asks for a reason.",
            also=(
                "also predicted",
                "as predicted",
                "NOT as predicted",
                "could not be compared",
                "expected",
                "holds",
            ),
        ),
        Word(
            name="next",
            text="What a reader does next: a command that shows more of what this fault teaches, "
            "or what went wrong.",
            also=("next_step",),
        ),
        Word(
            name="same load",
            text="Other faults were measured with the same load. A write counts for the fault that "
            "was on when it ended, or began last before. An acknowledged one counts for each "
            "fault that can have harmed it, also the next one.",
            also=("besides",),
        ),
        Word(
            name="at the same time",
            text="Another fault of the game day was on while this one was. What both did to writes "
            "is in the figures of each.",
            also=("meanwhile",),
        ),
        Word(
            name="elsewhere",
            text="What makers and users of such systems publish of their own failovers. Their "
            "settings, machines and loads are different.",
            also=("published", "others publish"),
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
            also=("idle", "stolen", "steal", "host", "CPU idle", "CPU stolen", "cpu_steal"),
        ),
        Word(
            name="times do not count",
            text="The machine, or the load generator on it, had no time left while the load ran, "
            "so measured times are about the machine. What was counted is true: "
            "writes, answers, losses. `sdctl load` ends with exit code 9 then.",
            also=("times_count", "machine was too busy", "because", "limit", "saturated"),
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
            "`sdctl report RUN` makes a page of it. A fault has an id of its own (f-3), by which "
            "it is healed; as a RUN that means the run that it was in.",
        ),
        Word(
            name="kept in",
            text="The folder with the run's files: every write and its outcome, the load second by "
            "second, and the verdict.",
        ),
        Word(
            name="ledger",
            text="The list of every write that a run sent, each with its key and its outcome. The "
            "verdict compares it with the stores. `ledger_writes` in JSON tells by how many.",
            also=("ledger_writes",),
        ),
    ),
)
