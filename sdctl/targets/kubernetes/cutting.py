"""Cuts a node off from others, by a NetworkPolicy of its own.

Policies only allow, and all that pick a pod add up. So a node that is cut off leaves the policies
of its networks: the label that says it is on one has the value ``cut`` from then on. Its own policy
allows it what those did, but for the nodes that it is cut off from. At the others' ends everything
stays as it is: a connection needs both ends.

The policy remembers for which faults it is there. A pod that is made anew has its usual labels:
then the fault is over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sdctl.components.node import EDGE
from sdctl.targets.kubernetes import answers
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import NETWORK, POD, Object, Space
from sdctl.targets.kubernetes.network import members
from sdctl.targets.network_operations import Connect, Impair
from sdctl.targets.target import Output

_CUT = "cut"
_FAULT = "sdctl.cut/"
"""With a fault's id, an annotation of the policy: from whom it cuts the node off."""
_DONE, _NOTHING = Output(0, "", ""), Output(1, "", "")
_EDGE = f"{NETWORK}{EDGE}"
_CONNECT = (
    "bash",
    "-c",
    """
for place in "$@"; do
  way=/dev/tcp/${place%:*}/${place##*:}
  if timeout 1.5 bash -c ": > $way" 2> /dev/null; then echo "$place"; fi &
done
wait
""",
    "connect",
)
"""Prints the places to which a connection can be opened. In bash, which every node has."""


def cut(cluster: Cluster, space: Space, pod: Object, op: Impair) -> Output:
    """Cut it off; what it is cut off from already stays so."""
    if op.trial:
        return _trial(cluster, space)
    before = _cuts(cluster, op.node) if is_cut(pod) else {}
    document = policy(space, pod, {**before, op.fault: op.cut_to})
    cluster.apply(document)
    _mark(cluster, pod, _CUT)
    return _DONE


def restore(cluster: Cluster, space: Space, node: str, pod: Object | None, fault: str) -> Output:
    """Undo what one fault cut; code 1: there was nothing to undo."""
    cuts = _cuts(cluster, node)
    was_on = fault in cuts and pod is not None and is_cut(pod)
    left = {cut_by: others for cut_by, others in cuts.items() if cut_by != fault}
    if left and pod is not None:
        cluster.apply(policy(space, pod, left))
        return _DONE if was_on else _NOTHING
    if pod is not None:
        _mark(cluster, pod, "")
    cluster.delete("NetworkPolicy", _name(node))
    return _DONE if was_on else _NOTHING


def is_on(cluster: Cluster, node: str, pod: Object | None, fault: str) -> Output:
    """Code 0: the node is cut off by this fault."""
    there = pod is not None and is_cut(pod) and fault in _cuts(cluster, node)
    return _DONE if there else _NOTHING


def policy(space: Space, pod: Object, cuts: Mapping[str, Sequence[str]]) -> Object:
    """Pure: what a pod that is cut off may still do. ``cuts``: by fault, from whom."""
    name = pod["metadata"]["name"]
    away = sorted({other for others in cuts.values() for other in others})
    peers = [members(space, label, away) for label in _networks(pod)]
    spec = {
        "podSelector": {"matchLabels": {**space.labels(), POD: name}},
        "policyTypes": ["Ingress", "Egress"],
        **({"ingress": [{"from": peers}], "egress": [{"to": peers}]} if peers else {}),
    }
    document = space.object("networking.k8s.io/v1", "NetworkPolicy", _name(name), spec=spec)
    document["metadata"]["annotations"] = {
        f"{_FAULT}{fault}": json.dumps(sorted(others)) for fault, others in cuts.items()
    }
    return document


def is_cut(pod: Object) -> bool:
    """Pure: whether its networks' policies leave it out."""
    return _CUT in _networks(pod).values()


def connect(cluster: Cluster, pods: Mapping[str, Object], op: Connect) -> Output:
    """Try each of the others that share a network with it, at a port of theirs, all at once."""
    own = pods[op.node]
    places = {
        place: other
        for other in op.others
        if other in pods and _meet(own, pods[other]) and (place := answers.place(pods[other]))
    }
    if not places:
        return Output(0, "{}", "")
    code, said, why = cluster.execute(op.node, (*_CONNECT, *places))
    if code:
        return Output(code, said, why)
    open_ = set(said.split())
    return Output(0, json.dumps({node: place in open_ for place, node in places.items()}), "")


def _trial(cluster: Cluster, space: Space) -> Output:
    """Whether the cluster's network enforces policies at all: two nodes that share no network must
    not meet."""
    pods = cluster.list("Pod", space.labels())
    pairs = (
        (caller["metadata"]["name"], other["metadata"]["name"], place)
        for caller in pods
        for other in pods
        if answers.place(caller)
        and (place := answers.place(other))
        and not _meet(caller, other)
        and _EDGE not in other["metadata"]["labels"]
    )
    for caller, other, place in pairs:
        code, said, _ = cluster.execute(caller, (*_CONNECT, place))
        if code == 0 and not said.strip():
            return _DONE
        if code == 0:
            return Output(
                1,
                "",
                f"the network of this cluster enforces no NetworkPolicy: {caller} reaches {other}, "
                "and they share no network. Calico and Cilium enforce them, kind since 0.24",
            )
    return _DONE


def _mark(cluster: Cluster, pod: Object, value: str) -> None:
    """One write, so that its networks' policies let go of it at once."""
    labels = dict.fromkeys(_networks(pod), value)
    cluster.patch("Pod", pod["metadata"]["name"], {"metadata": {"labels": labels}})


def _cuts(cluster: Cluster, node: str) -> dict[str, list[str]]:
    there = cluster.get("NetworkPolicy", _name(node))
    notes = there["metadata"].get("annotations", {}) if there else {}
    return {
        key.removeprefix(_FAULT): json.loads(text)
        for key, text in notes.items()
        if key.startswith(_FAULT)
    }


def _name(node: str) -> str:
    return f"cut-{node}"


def _networks(pod: Object) -> dict[str, str]:
    """Its labels that say on which networks it is. The way in is none: who comes by it is no
    node."""
    labels: dict[str, str] = pod["metadata"]["labels"]
    return {
        key: value
        for key, value in sorted(labels.items())
        if key.startswith(NETWORK) and key != _EDGE
    }


def _meet(pod: Object, other: Object) -> bool:
    return bool(_networks(pod).keys() & _networks(other).keys())
