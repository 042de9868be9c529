"""Makes a namespace what a bundle says, and empties it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, TargetRefused, UsageError
from sdctl.targets.bundle import Bundle
from sdctl.targets.dotenv import secret_variable
from sdctl.targets.kubernetes import answers, names, pod_control, pods
from sdctl.targets.kubernetes.bundle import KUSTOMIZATION
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object, Space

_ORDER = (
    "Namespace",
    "PriorityClass",
    "NetworkPolicy",
    "Secret",
    "ConfigMap",
    "Service",
    "StatefulSet",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "Ingress",
)
_BESIDE = ("NetworkPolicy", "ConfigMap", "Service", "PodDisruptionBudget",
           "HorizontalPodAutoscaler", "Ingress")  # fmt: skip
"""Of those, what no pod is told by: it may go, or be another one, and every pod stays."""
_CLASS = "PriorityClass"
_GONE_S = 120.0
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(bundle: Bundle, secrets: Mapping[str, str], space: Space) -> list[Object]:
    """Pure: every object of a stack, marked with its owner, in the order in which it is made."""
    found: list[Object] = [_secret(secrets, space)]
    for path, text in bundle.files.items():
        if path.endswith(".yaml") and "/" not in path and path != KUSTOMIZATION:
            found += yaml.load_all(text, Loader=_Loader)
    mark = {names.OWNER: secrets.get("owner", "")}
    for document in found:
        document["metadata"]["labels"] |= mark
        if document["kind"] in _BESIDE:
            document["metadata"].setdefault("annotations", {})[names.SPEC] = _digest(document)
        for claim in document.get("spec", {}).get("volumeClaimTemplates", ()):
            claim["metadata"]["labels"] |= mark
    return sorted(found, key=lambda document: _ORDER.index(document["kind"]))


def not_as_wanted(cluster: Cluster, wanted: Sequence[Object], space: Space) -> tuple[str, ...]:
    """What a running stack needs beside its pods, and that is not there or not as it should be; and
    what was made for it there and is not needed any more. Another ConfigMap is none of it: who
    reads it is made anew, or follows it by itself."""
    found = []
    for kind in _BESIDE:
        ours = {
            document["metadata"]["name"]: _spec(document)
            for document in wanted
            if document["kind"] == kind
        }
        listed = cluster.list(kind, space.labels())
        there = {document["metadata"]["name"]: _spec(document) for document in listed}
        wrong = [
            name
            for name, spec in ours.items()
            if name not in there or (kind != "ConfigMap" and there[name] != spec)
        ]
        # a fault's policy says no spec: it is not for `up`
        needless = [name for name, spec in there.items() if spec and name not in ours]
        found += [f"{kind.lower()}/{name}" for name in (*wrong, *needless)]
    return tuple(found)


def _digest(document: Object) -> str:
    """Of all but whose it is: another state folder's mark makes it no other object."""
    about = {**document["metadata"], "labels": None}
    text = json.dumps({**document, "metadata": about}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _spec(document: Object) -> str:
    return str(document["metadata"].get("annotations", {}).get(names.SPEC, ""))


def _secret(secrets: Mapping[str, str], space: Space) -> Object:
    values = {
        secret_variable(name): base64.b64encode(value.encode()).decode()
        for name, value in secrets.items()
    }
    return space.object("v1", "Secret", names.SECRETS, data=values)


def check(cluster: Cluster, wanted: Sequence[Object], space: Space) -> None:
    """Raise ``UsageError`` where something of somebody else's would be made another: a namespace
    that is not the stack's own may hold a Secret or a Service of any name."""
    strange = []
    for kind in _ORDER[2:]:
        names_ = {document["metadata"]["name"] for document in wanted if document["kind"] == kind}
        strange += [
            f"{kind.lower()}/{there['metadata']['name']}"
            for there in (cluster.list(kind) if names_ else ())
            if there["metadata"]["name"] in names_ and answers.owner(there, space.stack) is None
        ]
    if strange:
        raise UsageError(
            f"the namespace {space.namespace} has things that sdctl did not make, with names that "
            "the stack needs; nothing was touched",
            hint="Choose a namespace of its own: --namespace NAME.",
            details=strange,
        )


def make(
    cluster: Cluster, wanted: Sequence[Object], space: Space, counts: Mapping[str, int]
) -> None:
    """Have all of it, and of the stack nothing else. A namespace that somebody else made is left as
    it is. ``counts``: how many nodes of a component there are where only an autoscaler says it."""
    for document in wanted:
        if document["kind"] == "Namespace":
            there = cluster.get("Namespace", space.namespace)
            if there is not None and answers.owner(there, space.stack) is None:
                continue
        if document["kind"] == "StatefulSet" and "replicas" not in document["spec"]:
            name = document["metadata"]["name"]
            document["spec"]["replicas"] = counts[name]  # elastic: as many as there are
        cluster.apply(document)
        if document["kind"] == "ConfigMap":
            _seen_at_once(cluster, document)
    for kind in _ORDER[2:]:
        names_ = {document["metadata"]["name"] for document in wanted if document["kind"] == kind}
        for there in cluster.list(kind, space.labels()):
            if there["metadata"]["name"] not in names_:
                cluster.delete(kind, there["metadata"]["name"])


def _seen_at_once(cluster: Cluster, config: Object) -> None:
    """A running pod sees a changed file within a minute; one whose annotations change, at once."""
    labels = config["metadata"]["labels"]
    ours = {key: value for key, value in labels.items() if key != names.OWNER}
    made = cluster.get("ConfigMap", config["metadata"]["name"])
    version = made["metadata"]["resourceVersion"] if made else ""
    for pod in cluster.list("Pod", ours):
        notes = pod["metadata"].get("annotations", {})
        if not pod["metadata"].get("deletionTimestamp") and notes.get("sdctl.config") != version:
            change = {"metadata": {"annotations": {"sdctl.config": version}}}
            with contextlib.suppress(NoSuchTarget):  # an autoscaler may have taken it away
                cluster.patch("Pod", pod["metadata"]["name"], change)


def remove(cluster: Cluster, space: Space, *, keep_data: bool) -> tuple[str, ...]:
    """Everything of the stack, and its claims unless ``keep_data``; the names of what went, when it
    is gone."""
    ours = space.labels()
    gone: list[str] = []
    for stateful_set in cluster.list("StatefulSet", ours):
        cluster.delete("StatefulSet", stateful_set["metadata"]["name"])
    for pod in cluster.list("Pod", ours):
        gone.append(pod["metadata"]["name"])
        if answers.is_held(pod):
            pod_control.release(cluster, pod)
        cluster.delete("Pod", pod["metadata"]["name"], grace_s=1)
    kinds = [kind for kind in _ORDER if kind not in ("Namespace", "StatefulSet")]
    for kind in [*kinds, *([] if keep_data else ["PersistentVolumeClaim"])]:
        for document in _class(cluster, space) if kind == _CLASS else cluster.list(kind, ours):
            gone.append(f"{kind.lower()}/{document['metadata']['name']}")
            cluster.delete(kind, document["metadata"]["name"])
    own = cluster.get("Namespace", space.namespace)
    if not keep_data and own is not None and answers.owner(own, space.stack):
        cluster.delete("Namespace", space.namespace)
        gone.append(f"namespace/{space.namespace}")
    left = _wait(cluster, space, namespace=not keep_data and f"namespace/{space.namespace}" in gone)
    if left:
        raise TargetRefused(
            f"{len(left)} things are still there after {_GONE_S:g} s",
            hint="`sdctl down` continues from here.",
            details=left,
        )
    return tuple(gone)


def _class(cluster: Cluster, space: Space) -> list[Object]:
    """These have no namespace, and a stack of this name in another one has its own. Who may not ask
    for it has made none."""
    try:
        found = cluster.get(_CLASS, pods.background(space))
    except TargetRefused:
        return []
    return [found] if found and answers.owner(found, space.stack) is not None else []


def _wait(cluster: Cluster, space: Space, *, namespace: bool) -> list[str]:
    def left() -> list[str]:
        if namespace:
            there = cluster.get("Namespace", space.namespace)
            return [] if there is None else [f"namespace/{space.namespace}"]
        return [pod["metadata"]["name"] for pod in cluster.list("Pod", space.labels())]

    _, found = waiting.until(left, lambda names_: not names_, timeout_s=_GONE_S, every_s=0.5)
    return found
