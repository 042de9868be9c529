"""The images of a stack: built here, and brought to the cluster once.

A tag holds a digest of what the image is made of, so what is there under its name is the image.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sdctl.design.delivery import PLACE, Delivery
from sdctl.design.topology import Topology
from sdctl.foundation.errors import BringUpFailed, UsageError
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.compose import images, tool
from sdctl.targets.compose.docker import Docker
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.target import Report

_LOADERS = (
    (re.compile(r"kind-(.+)"), "kind load docker-image {image} --name "),
    (re.compile(r"k3d-(.+)"), "k3d image import {image} --cluster "),
    (re.compile(r"(minikube)"), "minikube image load {image} --profile "),
)
"""By its context's name: how a cluster that is on this machine is given an image."""


_PASSES = "node.kubernetes.io/"


def loader(delivery: Delivery, context: str) -> str:
    """Pure: the command that brings an image to the cluster; empty: none is known."""
    if delivery.load or delivery.push:
        return delivery.load
    for pattern, command in _LOADERS:
        if found := pattern.fullmatch(context):
            return command + shlex.quote(found[1])
    return ""


def lacking(topology: Topology, bundle: Bundle, cluster: Cluster) -> tuple[str, ...]:
    """The tags of those built here that not every machine of the cluster says it has."""
    tags = [image_tag(bundle, image) for image in topology.built_images]
    return missing(tags, cluster.list("Node"))


def missing(tags: Iterable[str], machines: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Pure: the tags that not every machine has which may get a pod; all, where none may."""
    open_ = [machine for machine in machines if not is_closed(machine)]
    return tuple(
        tag for tag in tags if not open_ or not all(_has(machine, tag) for machine in open_)
    )


def ensure(
    docker: Docker,
    cluster: Cluster,
    topology: Topology,
    bundle: Bundle,
    folder: Path,
    report: Report,
) -> None:
    """Have every image that is built here in the cluster; ``folder`` holds the bundle. Raises
    ``BringUpFailed``, ``UsageError``."""
    delivery = topology.profile.delivery
    command = loader(delivery, cluster.context)
    if delivery.push:
        tags = [image_tag(bundle, image) for image in topology.built_images]
        absent = tuple(tag for tag in tags if not docker.can_pull(delivery.name(tag)))
    else:
        absent = lacking(topology, bundle, cluster)
    if not absent:
        return
    if not command and not delivery.push:
        raise UsageError(
            f"the cluster has not got {len(absent)} images, and nothing says how it gets them",
            hint='Say it: --set images.load="COMMAND {image}", or --set images.push=HOST/PREFIX.',
            details=absent,
        )
    _build(docker, topology, bundle, folder, report)
    report.stage("bring the images to the cluster")
    for tag in absent:
        report.detail(tag)
        if delivery.push:
            _push(docker, tag, delivery.name(tag))
        else:
            _run([word.replace(PLACE, tag) for word in shlex.split(command)], tag)
    report.say(f"{len(absent)} images brought to the cluster")


def _build(
    docker: Docker, topology: Topology, bundle: Bundle, folder: Path, report: Report
) -> None:
    for tag, image in images.prepared(docker, topology, bundle, folder, report).items():
        report.detail(f"{image.name}: build")
        context = str(images.context_of(folder, image))
        build = partial(docker.api.build, path=context, tag=tag, rm=True, decode=True)
        if error := _error(docker, build):
            raise BringUpFailed(
                f"the image {image.name} could not be built",
                hint="`sdctl up` tries again.",
                details=error.splitlines()[-5:],
            )


def _push(docker: Docker, tag: str, name: str) -> None:
    docker.ask(lambda: docker.api.tag(tag, name))
    if error := _error(docker, partial(docker.api.push, name, stream=True, decode=True)):
        raise BringUpFailed(
            f"{name} could not be pushed: {error}",
            hint="Are you logged in there? `docker login HOST` does it.",
        )


def _error(docker: Docker, work: Callable[[], Iterable[Any]]) -> str:
    """Have Docker work, which tells what it does line by line; what went wrong, or empty."""
    told = docker.ask(lambda: list(work()))
    return next((str(line["error"]) for line in told if "error" in line), "")


def _run(words: list[str], name: str) -> None:
    try:
        ended = tool.run(words, lambda line: None)
    except OSError as error:
        raise BringUpFailed(
            f"{words[0]} cannot be run: {error.strerror}",
            hint="`images.load` says how an image comes to the cluster.",
        ) from None
    if ended.code:
        raise BringUpFailed(
            f"{name} could not be brought to the cluster: {shlex.join(words)} failed",
            hint="`images.load` says how an image comes to the cluster.",
            details=ended.lines[-5:],
        )


def is_closed(machine: Mapping[str, Any]) -> bool:
    """Whether nothing is ever put on it. What Kubernetes itself says of a machine passes: that it
    is not ready yet, or that it is cordoned."""
    taints: Iterable[Mapping[str, str]] = machine["spec"].get("taints", ())
    return any(
        taint["effect"] in ("NoSchedule", "NoExecute") and not taint["key"].startswith(_PASSES)
        for taint in taints
    )


def _has(machine: Mapping[str, Any], tag: str) -> bool:
    known = {name for image in machine["status"].get("images", ()) for name in image["names"] or ()}
    return bool({tag, f"docker.io/{tag}", f"localhost/{tag}"} & known)
