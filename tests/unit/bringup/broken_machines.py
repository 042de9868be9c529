"""Machines and engines that are each broken in one way, and what the doctor finds on them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sdctl.bringup.doctor import examination
from sdctl.bringup.doctor.examination import Examination, decide
from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.design.topology import Topology
from sdctl.foundation.errors import TargetUnavailable
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose import diagnosis, refusals
from sdctl.targets.compose.engine_facts import EngineFacts, Ran
from tests.unit.bringup.sound import GB, MB, SOUND

Make = Callable[..., Topology]
ROOT = Path(__file__).parents[3]
ENGINE = EngineFacts(
    version="26.1",
    context="default",
    compose="2.26",
    compose_problem=None,
    memory=24 * GB,
    root=Path("/var/lib/docker"),
    cgroups="2",
    keeps_limits=True,
    storage="overlay2",
    security=(),
    clock_s=0.0,
    proxied=False,
    shell_proxied=False,
    pools=(("172.17.0.0/16", 16), ("192.168.0.0/16", 20)),
    subnets=(),
    networks={},
    young=frozenset(),
    containers=(),
    has_base=True,
    offers_base=True,
    can_make_base=True,
    missing=frozenset({"python", "postgres", "opensearch"}),
    local_stacks=frozenset(),
)
"""A sound one; each case bends what it is about."""


def examined(
    topology: Topology,
    machine: Machine = SOUND,
    engine: EngineFacts = ENGINE,
    **of_wanted: Any,
) -> Examination:
    survey = TargetReport(
        problems=tuple(filter(None, (engine.compose_problem,))),
        findings=diagnosis.findings(engine, topology),
        memory=engine.memory,
        folder=engine.root,
        publishers={port: ran.name for ran in engine.containers for port in ran.ports},
        missing=engine.missing,
        make_room="docker builder prune --force",
        pull="docker pull",
    )
    wanted = PlannedStack(topology=topology, survey=survey, others=examination.others, **of_wanted)
    return decide(machine, wanted)


def ids(found: Examination) -> set[str]:
    return {one.id for one in found.of("warning", "failure")}


def networks(*subnets: str) -> tuple[Any, ...]:
    return tuple(ip_network(subnet) for subnet in subnets)


POOLS_TAKEN = networks("172.16.0.0/12", "192.168.0.0/16")
MACHINES: dict[str, list[dict[str, Any]]] = {
    "memory-short": [{"memory": 900 * MB}, {"memory": 300 * MB}],
    "memory-tight": [{"memory": 2200 * MB}],
    "cores-few": [{"processors": 1}],
    "cores-busy": [{"load": 900.0, "processors": 500}],
    "disk-full": [{"disk_free": 300 * MB}, {"disk_free": 0}],
    "disk-watermark": [{"disk_free": 1900 * MB}],
    "disk-tight": [{"disk_free": 4 * GB}],
    "disk-inodes": [{"inodes_free": 900}],
    "port-taken": [{"holders": {8080: "nginx (pid 812)"}, "free_port": {8080: 8081}}],
    "max-map-count": [{"max_map_count": 1024}],
    "inotify-instances": [{"inotify_instances": 16}],
    "inotify-watches": [{"inotify_watches": 100}],
    "open-files-of-the-machine": [{"files_left": 100}],
    "open-files-of-this-user": [{"open_files": 256}],
    "state-folder": [{"state_problem": "this user may not write to /home/me"}],
    "state-full": [
        {"state_free": 4096},
        {"state_free": 4096, "state_on_disk": False},
        {"state_free": 4096, "state_on_disk": False, "state_needed": True},
    ],
    "clock-wrong": [{"clock": 3600.0}],
    "clock-slow": [{"clocksource": "acpi_pm"}],
    "proxy-not-spared": [{"proxy": "http_proxy", "spared": False, "host": "127.0.0.1"}],
}
"""The finding → what is bent on the machine, each on its own."""
ENGINES: dict[str, list[dict[str, Any]]] = {
    "compose-missing": [
        {
            "compose_problem": TargetUnavailable(
                "no Compose", id="compose-missing", fix=refusals._INSTALL_COMPOSE
            )
        }
    ],
    "memory-limits-off": [{"keeps_limits": False}],
    "memory-short": [{"memory": 1 * GB}],
    "storage-vfs": [{"storage": "vfs"}],
    "user-namespaces": [{"security": ("name=rootless",)}, {"security": ("name=userns",)}],
    "selinux": [{"security": ("name=seccomp,profile=default", "name=selinux")}],
    "clock-apart": [{"clock_s": 40.0}, {"clock_s": -3.0}],
    "proxy-not-docker": [{"shell_proxied": True, "has_base": False}],
    "base-image-none": [{"has_base": False, "offers_base": False, "can_make_base": False}],
    "address-pools-used-up": [
        {"subnets": POOLS_TAKEN},
        {"pools": (("10.1.0.0/22", 24),), "subnets": networks("10.1.1.0/24")},
    ],
    "another-stack": [{"containers": (Ran(name="sdctl-b-app-1", running=True, stack="b"),)}],
    "leftovers": [{"networks": {"sdctl-b_data": "b"}}],
}
CASES = [(id_, bent, {}) for id_, bends in MACHINES.items() for bent in bends]
CASES += [(id_, {}, bent) for id_, bends in ENGINES.items() for bent in bends]
