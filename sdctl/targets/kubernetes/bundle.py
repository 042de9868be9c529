"""Topology → the bundle of a stack: what plain ``kubectl apply -k`` needs.

kustomization.yaml          what there is, and the Secret of the passwords in ``.env``
statefulsets.yaml, …        one file for each kind of object
images/…                    see ``targets/rendering.py``
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sdctl.components.node import Node
from sdctl.design.topology import Topology, expand
from sdctl.targets import dotenv
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.kubernetes import configs, names, network, pods, workloads
from sdctl.targets.kubernetes.names import Object, Space
from sdctl.targets.kubernetes.network import Expose
from sdctl.targets.rendering import Names, files_of
from sdctl.targets.yaml_text import written

KUSTOMIZATION = "kustomization.yaml"
_SECURITY = "pod-security.kubernetes.io"


def render(topology: Topology, space: Space, *, expose: Expose = "") -> Bundle:
    """The bundle of a topology. Raises ``TemplateFailed`` with file, line and name."""
    foreseen = _foreseen(topology)
    files = files_of(foreseen, Names(domain=space.domain, elastic=_elastic(foreseen)))
    kinds = objects(topology, files, space, expose=expose)
    made = {f"{kind}.yaml": written(*found) for kind, found in kinds.items() if found}
    made[KUSTOMIZATION] = _kustomization(list(made), space)
    built = {path: text for path, text in files.items() if not path.startswith("config/")}
    specs = {
        node.name: workload["spec"]["template"]["metadata"]["annotations"][names.SPEC]
        for node in topology.nodes
        for workload in kinds["statefulsets"]
        if workload["metadata"]["name"] == node.component
    }
    return Bundle({**made, **built}, specs)


def render_plain(topology: Topology, namespace: str) -> Bundle:
    """That of a bundle which is run by plain kubectl."""
    return render(topology, Space(stack=topology.stack, namespace=namespace))


def objects(
    topology: Topology, files: Mapping[str, str], space: Space, *, expose: Expose
) -> dict[str, list[Object]]:
    """All objects but the Secret, by kind, in the order in which they are to be made."""
    groups = _groups(topology)
    config = {first.component: configs.of(first.component, files) for first, *_ in groups}
    sets = []
    for group in groups:
        first = group[0]
        image = _image(topology, Bundle(files), first)
        template = pods.template(first, topology, space, image, config[first.component])
        is_scaled = bool(workloads.most(first, topology))
        sets.append(workloads.stateful_set(group, template, space, is_scaled=is_scaled))
    return {
        "namespaces": [_namespace(space)],
        "priorityclasses": list(workloads.priority_classes(topology, space)),
        "networkpolicies": list(network.policies(topology, space)),
        "configmaps": [
            configs.document(first, config[first.component], space)
            for first, *_ in groups
            if config[first.component]
        ],
        "services": list(network.services(groups, space, expose)),
        "statefulsets": sets,
        "poddisruptionbudgets": list(workloads.disruption_budgets(groups, space)),
        "horizontalpodautoscalers": list(workloads.autoscalers(groups, topology, space)),
        "ingresses": list(network.ingresses(groups, space, expose)),
    }


def _image(topology: Topology, bundle: Bundle, node: Node) -> str:
    """A built one's name is where it was brought."""
    tag = image_tag(bundle, node.image)
    return tag if node.image.reference else topology.profile.delivery.name(tag)


def _foreseen(topology: Topology) -> Topology:
    """With every replica that an autoscaler may make: the observer knows them before they come."""
    profile, wider = topology.profile, {}
    for tier, nodes in topology.tiers.items():
        settings, most = profile.settings[tier], workloads.most(nodes[0], topology)
        if settings.scales_by and most > settings.count:
            wider[tier] = settings.model_copy(update={settings.scales_by: most})
    if not wider:
        return topology
    return expand(topology.stack, replace(profile, settings={**profile.settings, **wider}))


def _elastic(topology: Topology) -> frozenset[str]:
    """The nodes that an autoscaler may take away."""
    found = set()
    for tier, nodes in topology.tiers.items():
        wanted: Any = topology.profile.settings[tier]
        if workloads.most(nodes[0], topology):
            found |= {node.name for node in nodes if node.ordinal > wanted.autoscale_min}
    return frozenset(found)


def _groups(topology: Topology) -> list[list[Node]]:
    """The nodes of each component."""
    found: dict[str, list[Node]] = {}
    for node in topology.nodes:
        found.setdefault(node.component, []).append(node)
    return list(found.values())


def _namespace(space: Space) -> Object:
    levels = {f"{_SECURITY}/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}
    labels = {**space.labels(), **levels}
    about = {"name": space.namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": about}


def _kustomization(resources: list[str], space: Space) -> str:
    secret = {
        "name": names.SECRETS,
        "namespace": space.namespace,
        "envs": [dotenv.NAME],
        "options": {"disableNameSuffixHash": True, "labels": space.labels()},
    }
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
        "secretGenerator": [secret],
    }
    return written(document)
