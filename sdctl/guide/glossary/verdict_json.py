"""What a verdict, a fault and a load have in their JSON, and no card shows by these names."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="JSON of a fault, a verdict and a load",
    words=(
        Word(
            name="id",
            text="The name by which one of several is found again: a fault (f-3), an order, an "
            "event.",
        ),
        Word(
            name="kind",
            text="What sort of fault it is, such as kill-leader. `sdctl chaos list` shows them.",
        ),
        Word(
            name="how",
            text="In which way the fault was done: for kill-leader the way in which the leader "
            "goes, for many others how much of something was asked for.",
        ),
        Word(
            name="crash",
            text="One of kill-leader's ways: only the server's process ends, as by a bug. Its node "
            "stays and can start it again. `sdctl explain kill-leader` tells the other ways.",
        ),
        Word(name="params", text="All options of a fault, also those that nobody typed."),
        Word(
            name="until",
            text="The time by which a fault is healed. If `sdctl` was killed, it is healed "
            "`spare_s` seconds earlier, at the end of its own time.",
            also=("spare_s",),
        ),
        Word(
            name="healed_at",
            text="When a fault was undone. `healed_by` says who did it, such as the run itself or "
            "`sdctl chaos heal`. `healing_by` says who has begun to undo it before its time.",
            also=("healed_by", "healing_by"),
        ),
        Word(
            name="led_after_ms",
            text="When another leader was first seen, in milliseconds after the fault began. "
            "`failover_ms` comes from the servers' own logs and is more exact.",
        ),
        Word(
            name="passed",
            text="What a run that passed comes to, in a sentence; `why` is null then. It is null "
            "where the run did not pass.",
        ),
        Word(
            name="came_back",
            text="Whether writes were acknowledged again before the fault was undone. It is null "
            "where nobody asked: the fault hit no leader, or no write was sent.",
        ),
        Word(
            name="alone",
            text="There was no other node that could take over from the leader that the fault hit.",
        ),
        Word(
            name="ended_by",
            text="Who ended a fault before its time. The verdict is unknown then.",
        ),
        Word(
            name="unseen",
            text="Why nothing could be seen of the nodes for a while. The verdict is unknown then.",
        ),
        Word(
            name="interrupted",
            text="The run was ended before its time, such as with Ctrl-C. Its figures are those "
            "until then.",
        ),
        Word(
            name="messages",
            text="What the workers counted during the run: attempts that failed, messages that "
            "were tried again, and messages that were given up. `retry_delays_s` has the seconds "
            "between two attempts.",
            also=("retry_delays_s",),
        ),
        Word(
            name="not measured",
            text="It could not be seen, or there was nothing to see. It is null in the JSON, and "
            "never 0.",
        ),
        Word(
            name="healed_before_ms",
            text="How long before writes stopped the fault was healed. Then the fault may be the "
            "reason of the stop, or something else. It is null if the fault was on when writes "
            "stopped, or if they did not stop.",
            also=("after the fault's end",),
        ),
        Word(
            name="not predicted",
            text="The settings do not tell what this figure will be, so it is measured only.",
        ),
        Word(
            name="duration_s",
            text="How many seconds the load lasted.",
        ),
        Word(
            name="by_kind",
            text="Requests by how they ended: with an answer (2xx to 5xx), not sent, or sent "
            "without an answer. `by_error` counts those without an answer by the reason.",
            also=("by_error",),
        ),
    ),
)
