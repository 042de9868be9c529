"""One of each kind that a user can add, in a folder laid out as sdctl finds it."""

from __future__ import annotations

import textwrap
from pathlib import Path

FILES = {
    "components/whoami.py": '''
        """A service that says who it is."""

        from sdctl.components.band import Band
        from sdctl.components.component import Component, Layout
        from sdctl.components.settings import Settings, Size
        from sdctl.components.node import Image, Login, Port, Secret
        from sdctl.components.published import Published


        class Whoami(Settings):
            scales_by = "replicas"
            memory: Size = 32 * 1024**2
            replicas: int = 1
            port: int = 9099


        def nodes(settings, plan):
            return Layout(
                component="whoami", tier="echo", settings=settings, image=Image(name="whoami"),
                networks=("private",),
                env={"PASSWORD": Secret("whoami")},
                ports=(
                    Port(
                        name="http", number=8000, publish=True, host=settings.port,
                        login=Login(secret=Secret("whoami")),
                    ),
                ),
            ).expand()


        COMPONENT = Component(
            name="whoami", tier="echo", summary="says who it is", settings=Whoami, nodes=nodes,
            leads=True, keeps_writes=True, crash=("pkill", "-KILL", "python3"),
            predict=lambda settings, how: Band(low_s=1, high_s=2, why="one tick … two ticks"),
            published=(Published(name="Others", high_s=3, source="their page"),),
        )
    ''',
    "templates/whoami/image/Dockerfile": """
        FROM debian:trixie-slim
        RUN apt-get update && apt-get install -y --no-install-recommends python3-minimal \\
            libpython3-stdlib && rm -rf /var/lib/apt/lists/*
        USER nobody
        COPY serve.py /serve.py
        CMD ["python3", "/serve.py"]
    """,
    "templates/whoami/image/serve.py": """
        import base64
        import os
        from http.server import BaseHTTPRequestHandler, HTTPServer

        word = f"observer:{os.environ['PASSWORD']}".encode()
        ALLOWED = f"Basic {base64.b64encode(word).decode()}"


        class Whoami(BaseHTTPRequestHandler):
            def do_GET(self):
                allowed = self.path == "/" or self.headers["Authorization"] == ALLOWED
                self.send_response(200 if allowed else 401)
                self.end_headers()
                run = self.path.removeprefix("/held/")
                held = f"{run}-1,1\\n{run}-2,2\\n"
                answer = os.environ["NODE_NAME"] if run == self.path else held
                self.wfile.write(answer.encode() if allowed else b"")


        HTTPServer(("", 8000), Whoami).serve_forever()
    """,
    "templates/whoami/config/whoami.conf.j2": """
        replicas={{ settings.replicas }} first={{ nodes[0].name }}
    """,
    "probes/whoami.py": '''
        """Echo: asks each node its name, with the observer's password."""

        from sdctl.observer.every_node import read_each
        from sdctl.observer.held import Held
        from sdctl.observer.probes.probe import Probe
        from sdctl.observer.streams import BadAnswer
        from sdctl.state.snapshot import Reading


        async def ask(target, connections, path):
            answer = await connections.get(target, "http", path)
            if answer.status != 200:  # a refusal is not "nothing there"
                raise BadAnswer(f"HTTP {answer.status}")
            return answer.body.decode()


        async def read(targets, connections):
            async def one(target):
                says = await ask(target, connections, "/name")
                return Reading(
                    name=target.name, role="leader", health="ok",
                    facts={"says": says},
                )

            return await read_each(targets, one)


        async def holds(target, connections, run):
            return Held(lines=await ask(target, connections, f"/held/{run}"))


        PROBE = Probe(component="whoami", read=read, holds=holds)
    ''',
    "faults/stop_all.py": '''
        """stop-all: stops every node of a tier."""

        from dataclasses import dataclass
        from typing import ClassVar

        from sdctl.faults.ending import Ending, Seen
        from sdctl.faults.fault import Fault, option
        from sdctl.faults.fault_plan import FaultPlan
        from sdctl.foundation import waiting
        from sdctl.targets.operations import Start, Stop


        class UntilAllAreDown(Ending):
            """Until no node of the tier runs."""

            def wait(self, fault):
                fault.say("waiting until all are down")

                def down(seen):
                    nodes = seen.tiers[fault.plan.tier].nodes
                    return all(node.state != "running" for node in nodes)

                waiting.until(
                    fault.snapshot,
                    lambda seen: down(seen) or fault.over(),
                    timeout_s=fault.plan.for_s,
                )
                return Seen()


        @dataclass(frozen=True, kw_only=True)
        class StopAll(Fault):
            kind: ClassVar[str] = "stop-all"
            summary: ClassVar[str] = "stop every node of a tier"
            ending: ClassVar[Ending] = UntilAllAreDown()
            tier: str = option("app", "Which.", argument=True)

            def plan(self, snapshot, components):
                names = [node.name for node in snapshot.tiers[self.tier].nodes]
                ops = tuple(Stop(node=name, cause="stop-all") for name in names)
                return FaultPlan(
                    tier=self.tier, target=self.tier, how=None, inject=ops, for_s=10
                )

            def heal(self, snapshot, target):
                names = [node.name for node in snapshot.tiers[target].nodes]
                return tuple(Start(node=name, cause="heal") for name in names)


        FAULT = StopAll
    ''',
    "phases/whoami.py": '''
        """Echo: it writes one line when it leads."""

        from sdctl.chaos.phases.phases import Failover, first, moment


        def PHASES(lines, target):
            return Failover(promoted=moment(first(lines, "I lead")))
    ''',
    "checks/sums.py": '''
        """Sums: one and one are two."""

        from sdctl.selftest.checks.check import Check, Variant
        from sdctl.selftest.finding import exactly

        CHECK = Check(
            name="sums",
            checker="builtins.sum",
            variants=(
                Variant(name="one lost", prove=lambda bench: exactly("sum", (1,), (1,))),
                Variant(name="all there", prove=lambda bench: exactly("sum", (), ()), sound=True),
            ),
        )
    ''',
    "commands/hello.py": '''
        """`sdctl hello`: greets the stack."""

        import typer


        def hello(ctx: typer.Context, name: str = "you") -> None:
            """Greet the stack, and somebody."""
            print(f"{ctx.obj.stack.name} greets {name}")


        COMMAND = hello
    ''',
    "targets/paper.py": '''
        """Paper: a target that has one node, and writes down what it is told."""

        from sdctl.targets.recording import RecordingTarget
        from sdctl.targets.target import Instance


        def TARGET(stack):
            return RecordingTarget(
                [Instance(node="paper-1", tier="echo", component="whoami", state="running")]
            )
    ''',
    "workloads/pings.py": '''
        """Nothing but GET /."""

        from dataclasses import dataclass
        from typing import ClassVar

        from sdctl.workloads.workload import Request


        @dataclass(frozen=True, kw_only=True)
        class Pings:
            name: ClassVar[str] = "pings"
            summary: ClassVar[str] = "GET / and nothing else"
            expected: ClassVar[frozenset[int]] = frozenset()

            def requests(self, rng, feedback):
                while True:
                    yield Request(b"GET", b"/", "read", "")


        WORKLOAD = Pings
    ''',
}


def write(folder: Path) -> None:
    """Lay the files out in a plug-in folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
