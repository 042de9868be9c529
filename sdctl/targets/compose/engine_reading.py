"""What the engine says of itself, read at once."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any

from sdctl.components import versions
from sdctl.design.topology import Topology
from sdctl.foundation import assets
from sdctl.foundation.errors import TargetUnavailable
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.compose import answers, refusals, surroundings
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.engine_facts import EngineFacts, Ran, Subnet
from sdctl.targets.compose.labels import LABEL

_YOUNG_S = 300.0
REGISTRY_S = 1
"""So long a registry may take to answer before it counts as silent."""
_ON_LINK = 24
"""moby#42598: since this version an engine heeds no route by a gateway."""
_POOLS = (("172.17.0.0/16", 16), ("172.18.0.0/15", 16), ("172.20.0.0/14", 16),
          ("172.24.0.0/14", 16), ("172.28.0.0/14", 16), ("192.168.0.0/16", 20))  # fmt: skip
"""moby, libnetwork/ipamutils: from these an engine takes its networks, if it is told no others."""


def read(docker: Docker, topology: Topology, bundle: Bundle) -> EngineFacts:
    """Ask the engine. Raises ``TargetUnavailable``."""
    api, ask = docker.api, docker.ask
    with ThreadPoolExecutor(max_workers=6) as pool:
        compose = pool.submit(_compose)
        info_ = pool.submit(docker.info)
        networks_ = pool.submit(ask, api.networks)
        containers_ = pool.submit(ask, lambda: api.containers(all=True))
        tags = {image_tag(bundle, image): image.name for image in topology.built_images}
        lacking = docker.missing_images([*tags, versions.DEBIAN])
        has_base = versions.DEBIAN not in lacking
        missing = frozenset(tags[tag] for tag in lacking if tag in tags)
        offers_base = True
        if missing and not has_base and topology.profile.images != "local":
            source = topology.profile.registry.reference("debian", versions.DEBIAN)
            offers_base = docker.can_pull(source, within_s=REGISTRY_S)
        info, networks, containers = info_.result(), networks_.result(), containers_.result()
        version, problem = compose.result()
    return EngineFacts(
        version=str(info.get("ServerVersion", "?")),
        context=surroundings.context_name(),
        compose=version,
        compose_problem=problem,
        memory=int(info.get("MemTotal") or 0),
        root=Path(info.get("DockerRootDir") or "/var/lib/docker"),
        cgroups=str(info.get("CgroupVersion") or "1"),
        keeps_limits=bool(info.get("MemoryLimit", True)),
        storage=str(info.get("Driver", "")),
        security=tuple(info.get("SecurityOptions") or ()),
        clock_s=_ahead(info.get("SystemTime")),
        proxied=bool(info.get("HttpProxy") or info.get("HttpsProxy")),
        shell_proxied=any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy")),
        pools=_pools(info),
        subnets=(*_subnets(networks), *_routes(str(info.get("ServerVersion", "")))),
        networks={
            network["Name"]: network["Labels"][f"{LABEL}stack"]
            for network in networks
            if f"{LABEL}stack" in (network["Labels"] or {})
        },
        young=frozenset(
            network["Name"] for network in networks if _ahead(network.get("Created")) > -_YOUNG_S
        ),
        containers=tuple(_ran(raw) for raw in containers),
        has_base=has_base,
        offers_base=offers_base,
        can_make_base=bool(shutil.which("mmdebstrap"))
        or (os.geteuid() == 0 and bool(shutil.which("apt-get"))),
        missing=missing,
        local_stacks=_local_stacks(),
    )


def _compose() -> tuple[str, TargetUnavailable | None]:
    try:
        return refusals.check_compose(), None
    except TargetUnavailable as problem:
        return "", problem


def _ahead(said: Any) -> float:
    """From a moment, RFC 3339 with up to nine digits, to seconds ahead of now; 0: none is told."""
    try:
        return datetime.fromisoformat(str(said or "")).timestamp() - time.time()
    except ValueError:
        return 0.0


def _pools(info: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    told = info.get("DefaultAddressPools") or ()
    return tuple((str(pool["Base"]), int(pool["Size"])) for pool in told) or _POOLS


def _subnets(networks: Any) -> list[Subnet]:
    configs = (
        config for network in networks for config in (network.get("IPAM") or {}).get("Config") or ()
    )
    return [
        ip_network(config["Subnet"], strict=False) for config in configs if config.get("Subnet")
    ]


def _routes(version: str) -> list[Subnet]:
    try:
        return routed(Path("/proc/net/route").read_text(), version)
    except (OSError, ValueError, IndexError):
        return []


def routed(table: str, version: str) -> list[Subnet]:
    """Pure: the networks in the kernel's table of routes that an engine of this version gives to
    nobody. A newer one keeps away only from those that this machine is on: a VPN may lead to all
    others by a gateway."""
    major = re.match(r"\d+", version)
    all_count = major is not None and int(major[0]) < _ON_LINK
    found: list[Subnet] = []
    for line in table.splitlines()[1:]:
        words = line.split()
        address, gateway, mask = (
            int.from_bytes(bytes.fromhex(words[at])[::-1]) for at in (1, 2, 7)
        )
        if mask and (all_count or not gateway):
            found.append(IPv4Network((address, bin(mask).count("1")), strict=False))
    return found


def _ran(raw: Mapping[str, Any]) -> Ran:
    return Ran(
        name=answers.name(raw),
        running=raw["State"] in ("running", "paused", "restarting"),
        stack=raw["Labels"].get(f"{LABEL}stack", ""),
        ports=tuple(
            {port["PublicPort"] for port in raw.get("Ports") or () if "PublicPort" in port}
        ),
        networks=frozenset(raw["NetworkSettings"]["Networks"]),
    )


def _local_stacks() -> frozenset[str]:
    with suppress(OSError):
        return frozenset(path.name for path in assets.stacks().iterdir())
    return frozenset()
