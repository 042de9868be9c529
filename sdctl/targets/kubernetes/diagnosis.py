"""What of a cluster stands in a stack's way, and the room that it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from sdctl.design.topology import Topology
from sdctl.foundation.errors import TargetUnavailable
from sdctl.foundation.own_command import typed
from sdctl.targets.bundle import Bundle
from sdctl.targets.check_result import CheckResult, TargetReport
from sdctl.targets.kubernetes import images
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object

OLDEST = (1, 28)
"""The first whose StatefulSets count from 1, and tell each pod its number, without a switch."""
_UNITS = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4,
          "k": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4, "m": 0.001, "": 1}  # fmt: skip


def survey(cluster: Cluster, topology: Topology, bundle: Bundle) -> TargetReport:
    """Ask the cluster. Raises ``TargetUnavailable``."""
    version = cluster.version
    problems = []
    if _number(version) < OLDEST:
        problems.append(
            TargetUnavailable(
                f"the cluster is Kubernetes {version}, and its StatefulSets cannot count from 1",
                hint=f"It takes {OLDEST[0]}.{OLDEST[1]} or newer. `--context NAME` chooses another "
                "cluster.",
                id="cluster-too-old",
                fix="kubectl config get-contexts",
            )
        )
    machines = cluster.list("Node")
    findings = [
        CheckResult(id="cluster", message=f"Kubernetes {version}, {len(machines)} machines"),
        *_images(cluster, topology, bundle),
    ]
    return TargetReport(
        problems=tuple(problems),
        findings=tuple(findings),
        here=is_here(cluster.config.cluster.server),
        memory=room(machines),
    )


def room(machines: Iterable[Object]) -> int:
    """Pure: the memory of those that may get a pod, in bytes."""
    open_ = [
        machine
        for machine in machines
        if not (images.is_closed(machine) or machine["spec"].get("unschedulable"))
    ]
    return round(sum(_amount(machine["status"]["allocatable"]["memory"]) for machine in open_))


def is_here(server: str) -> bool:
    """Pure: whether a cluster's API is at this machine, as that of one in containers is."""
    return urlsplit(server).hostname in ("127.0.0.1", "localhost", "::1", "0.0.0.0")


def _images(cluster: Cluster, topology: Topology, bundle: Bundle) -> Iterator[CheckResult]:
    """Whether it has the images, or there is a way for them."""
    delivery = topology.profile.delivery
    if delivery.push or images.loader(delivery, cluster.context):
        return
    if missing := images.lacking(topology, bundle, cluster):
        yield CheckResult(
            id="cluster-images",
            status="failure",
            message=f"the cluster has not got {', '.join(missing)}, and nothing says how they come "
            "there",
            fix=typed("up --set 'images.load=kind load docker-image {image}'", topology.stack),
        )


def _number(version: str) -> tuple[int, int]:
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else OLDEST


def _amount(text: str) -> float:
    found = re.fullmatch(r"([\d.]+)([A-Za-z]*)", text)
    return float(found[1]) * _UNITS.get(found[2], 1) if found else 0.0
