"""Words of system design: running a system."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: running a system",
    words=(
        Word(
            name="horizontal scaling",
            text="More nodes of a kind: `sdctl scale app=5`. Vertical scaling is a larger "
            "node: `sdctl up --set app.memory=256mb`.",
            also=(
                "vertical scaling",
                "scale out",
                "scale up",
                "elasticity",
            ),
        ),
        Word(
            name="autoscale",
            text="`sdctl autoscale app --target-cpu 60` adds and removes replicas as the load "
            "asks for, and shows the arithmetic. It decides as Kubernetes' "
            "HorizontalPodAutoscaler does.",
            also=(
                "hpa",
                "HorizontalPodAutoscaler",
                "autoscaling",
                "autoscaler",
                "horizontal pod autoscaler",
            ),
        ),
        Word(
            name="golden signals",
            text="Four figures that tell how a tier does: how much is asked of it, how much of "
            "that fails, how long it takes, and how full the tier is. Prometheus computes them.",
        ),
        Word(
            name="health check",
            text="Somebody asks a node again and again whether it is alive, and whether it is "
            "ready. One that is not ready gets no requests; the lb asks so.",
            also=(
                "readiness",
                "liveness",
                "readyz",
                "healthz",
                "probe",
            ),
        ),
        Word(
            name="graceful shutdown",
            text="A node that is to go takes no new requests, finishes those it has, and ends. "
            "So scaling down fails no request.",
            also=("draining",),
        ),
        Word(
            name="single point of failure",
            text="A part of which there is one, and without which nothing works. Here the "
            "gateway and the lb are such parts; the observer is none, as nobody's request "
            "needs it.",
            also=(
                "spof",
                "redundancy",
            ),
        ),
        Word(
            name="observability",
            text="What can be told of a system from outside: its logs, its figures over time "
            "(metrics), and the way of one request through it (a trace). `sdctl logs "
            "--request ID` shows one request in all tiers.",
            also=(
                "metrics and logs",
                "tracing",
                "trace",
                "telemetry",
            ),
        ),
        Word(
            name="chaos engineering",
            text="Breaking something on purpose, with a prediction beforehand, to learn "
            "whether the system does what is believed of it. `sdctl chaos list` shows the "
            "faults; each is healed and judged.",
            also=(
                "chaos",
                "fault injection",
                "game day",
                "jepsen",
            ),
        ),
        Word(
            name="steady state",
            text="How the system behaves while nothing is broken: the baseline that a fault is "
            "compared with. `sdctl` waits for it before it breaks anything.",
            also=("baseline",),
        ),
        Word(
            name="heal",
            text="To undo a fault. Every fault is written down with its end before it begins, "
            "so it is healed even if `sdctl` is killed.",
            also=(
                "healing",
                "healed",
                "healer",
            ),
        ),
        Word(
            name="up",
            text="`sdctl up PROFILE` starts a stack, and returns when every node is ready and a "
            "test order came through. On a stack that runs it changes only what differs. "
            "`sdctl down` removes the stack with its data.",
            also=("down",),
        ),
        Word(
            name="bundle",
            text="The folder of files that a stack is started from. `sdctl render` writes one, so "
            "that it can be read, or started without `sdctl`.",
            also=("render", "rendered bundle"),
        ),
        Word(
            name="plug-in",
            text="A file of yours that adds a command, a fault, a component, a workload or a "
            "target. It is found in the folders of the variable `SDCTL_PLUGINS`.",
            also=("plugin", "SDCTL_PLUGINS"),
        ),
        Word(
            name="full disk",
            text="When a disk is full, the kernel refuses each write with the error "
            "ENOSPC, no space left on device. `sdctl chaos fill-disk` fills the volume of one "
            "node.",
            also=("ENOSPC", "no space left on device", "disk full"),
        ),
        Word(
            name="doctor",
            text="`sdctl doctor` says whether this machine can have a stack, and gives a "
            "command for what stands in its way. `sdctl up` looks at the same things.",
            also=("preflight",),
        ),
        Word(
            name="tour",
            text="`sdctl tour` follows one request through the architecture in nine steps, and "
            "checks each sentence that it says.",
        ),
        Word(
            name="bench",
            text="`sdctl bench FAULT --trials 20` repeats a fault and gives the median of what "
            "was measured, with its interval.",
            also=("benchmark",),
        ),
        Word(
            name="profile",
            text="What a stack is made of: its tiers, and the settings of each. `lite`, "
            "`standard` and `ha` come with sdctl; a file can say `extends: lite` and what "
            "is different.",
        ),
        Word(
            name="stack",
            text="All nodes that one `sdctl up` makes. Several live side by side: `sdctl "
            "--stack NAME` says which one is meant.",
            also=("architecture",),
        ),
        Word(
            name="tier",
            text="One part of the architecture, such as the cache or the queue. A tier has one "
            "node or several.",
            also=(
                "node",
                "component",
            ),
        ),
        Word(
            name="snapshot",
            text="Everything that was seen of a stack at one moment: each node with its role, "
            "its health and its figures.",
            also=("observation",),
        ),
        Word(
            name="canary",
            text="The order that `sdctl up` sends at its end, and follows through every tier. "
            "A stack is up when it went the whole way.",
            also=(
                "proof",
                "smoke test",
            ),
        ),
    ),
)
