"""A stack of the tests' own on a cluster, driven by the same commands as one on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.full_machine import bad
from tests.kubernetes.clusters import Cluster
from tests.stacks import Stack


class ClusterStack(Stack):
    """Its namespace is `sdctl-NAME`."""

    def __init__(self, name: str, home: Path, cluster: Cluster) -> None:
        super().__init__(name, home)
        self.cluster = cluster
        self.namespace = f"sdctl-{name}"

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **self.cluster.environment}

    def up(self, *words: str) -> Any:
        """Bring it up, with the images that this machine has or builds."""
        own = ["--target", "kubernetes", "--context", self.cluster.context]
        ways = {"push": self.cluster.push} if self.cluster.push else {"load": self.cluster.load}
        for way, value in ways.items():
            own += ["--set", f"images.{way}={value}"] if value else []
        return self.json("up", *words, *own, "--set", f"gateway.port={self.port}")

    def answers(self, rps: int, seconds: int) -> None:
        """A load of which no request fails. Skips where the machine itself was too full to tell."""
        result = self.load("--rps", str(rps), "--duration", f"{seconds}s")
        assert result["requests"]["sent"] == rps * seconds
        assert bad(result) == 0, result["requests"]

    def things(self, *kinds: str) -> set[str]:
        """``kind/name`` of what its namespace has."""
        return self.cluster.names("--namespace", self.namespace, ",".join(kinds))

    def machine_of(self, node: str) -> str:
        """The cluster's node on which one of the stack's runs."""
        pod = self.cluster.get("--namespace", self.namespace, f"pod/{node}")
        return str(pod["spec"]["nodeName"])

    def clear(self) -> None:
        """Remove whatever an earlier run left."""
        self.cluster.kubectl("delete", "namespace", self.namespace, "--ignore-not-found")

    def leftovers(self) -> list[str]:
        """Whatever the cluster still has of the stack."""
        spaces = self.cluster.names("namespaces")
        volumes = self.cluster.get("persistentvolumes")["items"]
        mine = [v for v in volumes if v["spec"]["claimRef"]["namespace"] == self.namespace]
        left = {f"namespace/{self.namespace}"} & spaces
        label = ("--selector", f"app.kubernetes.io/instance={self.name}")
        left |= self.cluster.names("priorityclasses", *label)
        return [*sorted(left), *(volume["metadata"]["name"] for volume in mine)]
