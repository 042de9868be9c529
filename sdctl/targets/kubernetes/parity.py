"""What becomes of each setting, and of each thing that a component says of its nodes, on a cluster:
carried, different, or refused; and why. A test holds that nothing is missing here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sdctl.components.component import Component
from sdctl.components.node import Ability

How = Literal["carried", "differs", "refused"]


@dataclass(frozen=True)
class Fate:
    """What becomes of one thing."""

    how: How
    why: str = ""


_FORWARDED = Fate(
    "differs",
    "a port of this machine, which sdctl forwards to the pod; `--expose` opens the gateway on the "
    "cluster as well",
)
SETTINGS: Mapping[str, Fate] = {
    "memory": Fate("carried", "the pod's limit; it asks for half of it"),
    **dict.fromkeys(
        ("autoscale_max", "autoscale_min", "autoscale_cpu"),
        Fate("carried", "a HorizontalPodAutoscaler; on one machine `sdctl autoscale` is used"),
    ),
    "fencing": Fate(
        "differs",
        "the tier `fencing` is left out, so the lease of a dead leader runs out: 18 to 24 s as "
        "shipped",
    ),
    "cpu_request": Fate("carried", "the CPU that the pod asks for"),
    "volume_size": Fate(
        "differs",
        "the claim asks for so much; whether that is a limit is for the storage class to say",
    ),
    "port": _FORWARDED,
    "kibana_port": _FORWARDED,
    "expose": _FORWARDED,
    **dict.fromkeys(
        ("search.keep", "search.max_size"),
        Fate("differs", "without a collector no lines come, so there are none to delete"),
    ),
}
"""By the setting's name, whatever its tier, or by both. All others are in a pod's environment, in a
file of its ConfigMap, or in how many pods there are: carried as they are; a test changes each."""

PROFILE: Mapping[str, Fate] = {
    "description": Fate("carried"),
    "extends": Fate("carried"),
    "tiers": Fate(
        "differs", "those that need the machines' own files are left out, and `up` says it"
    ),
    "images": Fate(
        "carried", "built here, or pulled by the cluster from their vendors' registries"
    ),
    "images.push": Fate("carried", "the cluster must be able to pull from there"),
    "images.load": Fate("carried", "for each image that not every machine has"),
    "registry.mirror": Fate("carried", "the cluster pulls from there, and this machine does"),
    "registry.images": Fate("carried", "the cluster pulls them"),
}
"""By the key of a profile that belongs to no tier."""

NODE: Mapping[str, Fate] = {
    "component": Fate("carried", "a StatefulSet of that name"),
    "tier": Fate("carried", "a label"),
    "name": Fate("carried", "the pod's name: StatefulSets count from 1"),
    "ordinal": Fate("carried", "the pod's index"),
    "image": Fate("carried", "built here and brought to the cluster: `images.load`, `images.push`"),
    "networks": Fate(
        "differs", "a NetworkPolicy for each; the cluster's network must enforce them"
    ),
    "command": Fate("carried", "the container's arguments"),
    "entrypoint": Fate("carried", "the container's command"),
    "user": Fate("differs", "nothing may be root: what must be is left out"),
    "env": Fate("carried", "secrets come from a Secret"),
    "ports": Fate("carried", "a headless Service; the gateway's has an address of its own"),
    "collected": Fate("refused", "a pod cannot see what others write: no tier collects logs"),
    "open_files": Fate("differs", "the limit is the machine's: Kubernetes has no setting for it"),
    "processes": Fate("differs", "the limit is the kubelet's `podPidsLimit`: a pod cannot set it"),
    "scratch": Fate("carried", "an emptyDir in memory; all else is read-only"),
    "background": Fate(
        "differs",
        "a PriorityClass, and a small request of CPU: who needs room takes it there first",
    ),
    "rest": Fate("differs", "the scheduler counts what pods ask for, not what they take at rest"),
    "needs": Fate("differs", "all pods start at once, and each waits for what it needs by itself"),
    "stop_grace_s": Fate("carried", "`terminationGracePeriodSeconds`, rounded up"),
    "stop_signal": Fate("carried", "SIGTERM, or a `preStop` hook that sends the other one"),
    "observes": Fate(
        "carried",
        "it keeps the profile in its annotations, is on all networks, and asks for as much CPU as "
        "a replica of the service: on a full machine it must still answer",
    ),
    "memory": SETTINGS["memory"],
    "volumes": Fate(
        "differs", "a claim of 8 GiB, or of `volume_size`, of the cluster's usual storage class"
    ),
}
"""By the field of ``sdctl.components.node.Node``: all that a setting can change of one."""


HEAD = "| Setting | On Kubernetes | |"


def of_setting(tier: Component, setting: str, abilities: Collection[Ability]) -> Fate:
    """Pure: what becomes of a tier's setting."""
    if lacking := sorted(set(tier.requires) - set(abilities)):
        return Fate("refused", f"a cluster cannot show a pod the {' and the '.join(lacking)}")
    return SETTINGS.get(f"{tier.tier}.{setting}") or SETTINGS.get(setting, Fate("carried"))


def table(components: Mapping[str, Component], abilities: Collection[Ability]) -> Iterator[str]:
    """Pure: Markdown, a row for each key of a profile, then for each fate of tiers' settings."""
    yield HEAD
    yield "|---|---|---|"
    for key, fate in PROFILE.items():
        yield f"| `{key}` | {fate.how} | {fate.why} |"
    shared: dict[Fate, dict[str, list[str]]] = {}
    for tier, component in sorted(components.items()):
        for setting in component.settings.model_fields:
            of = shared.setdefault(of_setting(component, setting, abilities), {})
            of.setdefault(setting, []).append(tier)
    as_it_is = shared.pop(Fate("carried"), None)
    for fate, settings in shared.items():
        named = ", ".join(_named(setting, tiers) for setting, tiers in settings.items())
        yield f"| {named} | {fate.how} | {fate.why} |"
    if as_it_is:
        yield "| all others | carried | |"


def _named(setting: str, tiers: Sequence[str]) -> str:
    if len(tiers) > 2:
        return f"`{setting}` of {', '.join(tiers)}"
    return ", ".join(f"`{tier}.{setting}`" for tier in tiers)
