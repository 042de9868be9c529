"""Kubernetes as a target: one stack in a namespace of a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType

from sdctl.components.component import every_component
from sdctl.components.node import Ability
from sdctl.design.topology import Topology
from sdctl.foundation import assets
from sdctl.foundation.errors import SdctlError
from sdctl.targets import dotenv, operations, placement
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import Changes, differing
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose.docker import Docker
from sdctl.targets.kubernetes import (
    answers,
    diagnosis,
    execution,
    forwarding,
    images,
    making,
    provided,
    way_in,
)
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.form import form_of
from sdctl.targets.kubernetes.names import Space, namespace_of
from sdctl.targets.kubernetes.network import expose_of
from sdctl.targets.kubernetes.stack_pods import StackPods
from sdctl.targets.operations import Op
from sdctl.targets.placement import Placement
from sdctl.targets.target import History, Instance, Output, Removed, Report

NAME = "kubernetes"


def _counts(topology: Topology) -> dict[str, int]:
    counts: dict[str, int] = {}
    for node in topology.nodes:
        counts[node.component] = counts.get(node.component, 0) + 1
    return counts


class KubernetesTarget:
    """See :class:`sdctl.targets.target.Target`."""

    abilities: frozenset[Ability] = frozenset(
        {
            "pause",
            "hold down",
            "cut off",
            "drain the machine of",
            "scale by load",
            "renew by turns",
            "images brought",
        }
    )
    """No machine of a cluster shows a pod what the others write or use, and each has its own
    clock."""
    unable: Mapping[Ability, str] = MappingProxyType(
        {
            "change the network of": "a pod of the restricted level may not change its network, "
            "and a NetworkPolicy can only cut whole connections, both ways",
            "limit the CPU of": "a pod gets another limit only by being made anew",
        }
    )

    def __init__(
        self, stack: str, *, context: str = "", namespace: str = "", expose: str = ""
    ) -> None:
        self.space = Space(stack=stack, namespace=namespace or namespace_of(stack))
        self.cluster = Cluster(context, self.space.namespace)
        self.pods = StackPods(self.cluster, self.space)
        self.expose = expose_of(expose)
        self.form = form_of(self.space, self.expose)
        self._folder = assets.stacks() / stack / "forwards"

    @cached_property
    def docker(self) -> Docker:
        """What makes the images."""
        return Docker()

    @property
    def host(self) -> str:
        """This machine, where somebody forwards: who asks for it is about to go there, so it is
        started if it is gone."""
        forwarding.addresses(self._folder)
        return forwarding.HOST

    @property
    def entrances(self) -> tuple[str, ...]:
        """Those that the cluster has given until now, where one was asked for."""
        return tuple(provided.addresses(self.cluster, self.space, self.expose))

    @property
    def version(self) -> str:
        """The cluster's."""
        return f"Kubernetes {self.cluster.version}"

    def nodes(self) -> tuple[Instance, ...]:
        """Two calls, however many nodes. Where this machine reaches them is looked for when it is
        asked for: then who forwards is started if it is gone, which takes a second."""
        ours = self.space.labels()
        sets = self.cluster.list("StatefulSet", ours)
        pods = list(self.pods.all().values())
        if not sets and not pods:
            return ()
        look = cache(partial(forwarding.addresses, self._folder))
        return answers.instances(sets, pods, partial(forwarding.WaysIn, look))

    def owners(self) -> Mapping[str, str | None]:
        """By their labels; what somebody else called as a node's component would be met."""
        ours = {component.name for component in every_component()}
        found: dict[str, str | None] = {}
        for kind in ("StatefulSet", "PersistentVolumeClaim"):
            for made in self.cluster.list(kind):
                name = made["metadata"]["name"]
                mark = answers.owner(made, self.space.stack)
                if mark is not None or (kind == "StatefulSet" and name in ours):
                    found[f"{kind.lower()}/{name}"] = mark
        return found

    def offers(self, image: str) -> bool:
        """Whether this machine's Docker has or can pull it: then a cluster may as well."""
        return not self.docker.missing_images([image]) or self.docker.can_pull(image)

    def survey(self, topology: Topology, bundle: Bundle) -> TargetReport:
        """By what the cluster says of itself."""
        return diagnosis.survey(self.cluster, topology, bundle)

    def changes(self, topology: Topology, bundle: Bundle) -> Changes:
        """By the annotation of each pod, and of what they need beside them."""
        there = self.nodes()
        found = differing(topology, bundle, {node.node: node.spec for node in there})
        if not there:
            return found
        wanted = making.documents(bundle, {}, self.space)
        return replace(found, others=making.not_as_wanted(self.cluster, wanted, self.space))

    def converge(
        self,
        topology: Topology,
        bundle: Bundle,
        folder: Path,
        report: Report,
        later: Collection[str] = (),
    ) -> None:
        """Images, then all objects, then the way in. The cluster starts what it makes, all at once:
        each component waits for what it needs. What is ``later`` it decides itself."""
        wanted = making.documents(bundle, dotenv.read(folder), self.space)
        making.check(self.cluster, wanted, self.space)
        images.ensure(self.docker, self.cluster, topology, bundle, folder, report)
        report.stage("make the objects")
        self._keep()
        # before the nodes start: a cluster on this machine leaves little to anybody else then
        forwarding.ensure(self._folder, way_in.forwards(self.cluster, topology, self.expose))
        try:
            making.make(self.cluster, wanted, self.space, _counts(topology))
        except SdctlError as error:
            stays = (
                f"what is in the namespace {self.space.namespace} stays; `sdctl down` removes it"
            )
            error.details = (*error.details, stays)
            raise
        if self.expose == "nodeport":  # only now it is known where the machines listen
            forwarding.ensure(self._folder, way_in.forwards(self.cluster, topology, self.expose))
        provided.tell(self.cluster, self.space, topology, self.expose, report)

    def _keep(self) -> None:
        """The stack stays where it is, whichever context is the current one later."""
        options = {
            "context": self.cluster.context,
            "namespace": self.space.namespace,
            "expose": self.expose,
        }
        placement.keep(self.space.stack, Placement(NAME, options))

    def apply(self, op: Op) -> Output:
        """See ``execution.py``."""
        operations.check((op,), self.abilities, self.unable)
        return execution.apply(self.pods, op)

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        """By its pod."""
        pod = self.pods.find(node)
        return History() if pod is None else answers.history(pod, paused_since)

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        """As the machine of its pod kept it; a pod that was made anew begins a new one."""
        since = None if since_s is None else max(1, round(since_s))
        return self.cluster.log(
            node, tail_lines=tail, follow=follow, since=since, timestamps=timestamps
        )

    def remove(self, *, keep_data: bool) -> Removed:
        """By label, so it needs no bundle."""
        forwarding.end(self._folder)
        return Removed(making.remove(self.cluster, self.space, keep_data=keep_data))
