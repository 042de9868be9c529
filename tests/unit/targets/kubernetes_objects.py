"""The profiles as Kubernetes' objects, and a look into them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from sdctl.design import validation, variants
from sdctl.design.topology import Topology, expand
from sdctl.targets.bundle import Bundle
from sdctl.targets.kubernetes.bundle import render
from sdctl.targets.kubernetes.names import Space
from sdctl.targets.kubernetes.target import KubernetesTarget

SPACE = Space(stack="sdctl", namespace="sdctl")
Object = dict[str, Any]


@functools.cache
def topology_of(name: str, *overrides: str) -> Topology:
    """A profile on a cluster: without what needs the machine."""
    profile = validation.load(name, overrides)
    return expand("sdctl", variants.able(profile, KubernetesTarget.abilities))


@functools.cache
def read(text: str) -> list[Object]:
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def objects(bundle: Bundle) -> Iterator[Object]:
    for path, text in bundle.files.items():
        if path.endswith(".yaml") and "/" not in path:
            yield from read(text)


def of_kind(bundle: Bundle, kind: str) -> dict[str, Object]:
    return {one["metadata"]["name"]: one for one in objects(bundle) if one["kind"] == kind}


def pods(bundle: Bundle) -> dict[str, Object]:
    sets = of_kind(bundle, "StatefulSet")
    return {name: one["spec"]["template"]["spec"] for name, one in sets.items()}


@functools.cache
def rendered() -> Mapping[str, Bundle]:
    """By the profile's name."""
    return {name: render(topology_of(name), SPACE) for name in ("lite", "standard")}
