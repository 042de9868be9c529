"""What `sdctl status` says of a node beside its figures, which its component explains."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="status: roles, states, health",
    words=(
        Word(
            name="healthy",
            text="Every node of the stack runs and does its work. One node that does not is enough "
            "for `not healthy`.",
            also=("not healthy",),
        ),
        Word(
            name="follower",
            text="A node that copies what the leader writes, and answers reads. It can become the "
            "leader.",
        ),
        Word(
            name="primary",
            text="A node of the cache that takes the writes for its part of the keys. There are "
            "several primaries, each for its own part.",
        ),
        Word(
            name="replica",
            text="A copy. In the cache: a node that copies a primary and can take over from it. In "
            "the app and the workers: one of several nodes that are all alike.",
        ),
        Word(
            name="member",
            text="A node of a group that has no leader at this moment. It is normal for a second "
            "while the group votes.",
        ),
        Word(
            name="sync follower",
            text="A follower that the leader waits for before it acknowledges a write. After a "
            "failover to it, nothing is lost.",
            also=("sync-follower", "synchronous follower"),
        ),
        Word(
            name="failing",
            text="The node was asked and is not well. The reason stands beside it.",
        ),
        Word(
            name="starting",
            text="The node says that it is not ready yet, and it began less than a minute ago. "
            "That is no failure. One that says nothing is unknown.",
        ),
        Word(
            name="missing",
            text="The stack is to have the node, and somebody removed it without `sdctl`. "
            "`sdctl up` makes it again.",
        ),
        Word(
            name="running",
            text="The container runs. That alone does not say that the server in it does its work.",
        ),
        Word(
            name="frozen",
            text="The container is paused: every process in it stands still and keeps its "
            "connections. The fault pause does this.",
            also=("paused",),
        ),
        Word(
            name="restarting",
            text="The container has ended and is started again by itself.",
        ),
        Word(
            name="waiting",
            text="The container is there and not started yet.",
        ),
        Word(
            name="down",
            text="The container does not run: it was stopped or killed, or it ended by itself. "
            "`sdctl up` starts it.",
            also=("exited", "created", "dead container"),
        ),
        Word(
            name="up",
            text="Of a server behind HAProxy: it passes its health checks and gets requests.",
        ),
        Word(
            name="not checked yet",
            text="Of a server behind HAProxy: its first health check is still to come.",
        ),
        Word(
            name="maint",
            text="Of a server behind HAProxy (maintenance): a slot that no node fills now. It gets "
            "no requests, and that is no error.",
        ),
        Word(
            name="drain",
            text="Of a server behind HAProxy: it ends what it has begun and gets nothing new.",
            also=("nolb", "takes no new requests"),
        ),
        Word(
            name="clock",
            text="A fault that `sdctl` does not have: another time of day for one node. Linux has "
            "one time of day for all containers of a machine. A library that changes it for one "
            "process (libfaketime) makes each look at a clock slower, so no image loads it.",
            also=("clock skew", "libfaketime"),
        ),
        Word(
            name="fault",
            text="Something that `sdctl chaos` has broken on purpose, and that is still on. It "
            "heals at the shown time at the latest, even if sdctl is killed. In JSON, `started_at` "
            "is when the fault itself began, not when it was asked for.",
            also=(
                "faults",
                "heals by",
                "healing now",
                "f-1",
                "on since",
                "started_at",
                "injected_at",
            ),
        ),
        Word(
            name="helper",
            text="A small container that does a fault of the network. It shares the network of the "
            "node that is hit, and cuts, delays or loses packets there. The fault is over on this "
            "node when its helper ends.",
            also=("helper of the fault", "nfqueue"),
        ),
        Word(
            name="keeper",
            text="A container that only holds a volume in memory (tmpfs). So the data are still "
            "there when their node stops or is made anew.",
            also=("tmpfs",),
        ),
        Word(
            name="left out",
            text="What the profile asks for and this machine cannot have, such as an image that no "
            "registry offers. The line says why.",
            also=("left_out",),
        ),
    ),
)
