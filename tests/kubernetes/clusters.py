"""The real cluster that the tests run on: one that is named, kind's, or our own (cluster/)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from tests.stacks import free_port

HERE = Path(__file__).parent
NAME = os.environ.get("CLUSTER", "sdctl-test")


class NoCluster(Exception):
    """Why the tests have none."""


def run(*words: str, stdin: str | None = None, code: int | None = 0) -> str:
    """What a command prints; its exit code must be ``code`` (None: any)."""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, check=False)
    assert code is None or done.returncode == code, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster that runs."""

    context: str
    kubeconfig: Path | None = None
    """None: the user's own."""
    kubectl_program: str = "kubectl"
    load: str = ""
    """The command that gives it an image, as the setting `images.load` has it."""
    push: str = ""
    """The registry that it pulls from, as the setting `images.push` has it."""
    registry: str = ""
    """The command that starts one, and prints the same of it."""
    ingress: str = ""
    """The command that gives it an ingress controller; empty: it has one, or has none."""
    kind: str = ""
    """The command that gives it kind's name, and prints the folder of kind's own program."""
    programs: str = ""
    """A folder of programs that `sdctl` is to find; empty: only those on the PATH."""

    def command(self, *words: str) -> list[str]:
        where = ["--kubeconfig", str(self.kubeconfig)] if self.kubeconfig else []
        return [self.kubectl_program, "--context", self.context, *where, *words]

    def kubectl(self, *words: str, stdin: str | None = None, code: int | None = 0) -> str:
        return run(*self.command(*words), stdin=stdin, code=code)

    def get(self, *words: str) -> Any:
        """Objects as the API server has them."""
        return json.loads(self.kubectl("get", *words, "--output", "json"))

    def names(self, *words: str) -> set[str]:
        """``kind/name`` of all that there are."""
        return set(self.kubectl("get", *words, "--output", "name").split())

    @property
    def measures(self) -> bool:
        """Whether it measures its pods, which an autoscaler needs."""
        service = "apiservice.apiregistration.k8s.io/v1beta1.metrics.k8s.io"
        return service in self.names("apiservices")

    @contextmanager
    def forward(self, namespace: str, target: str, number: int) -> Iterator[int]:
        """A port of this machine that leads to a port of ``kind/name``."""
        port = free_port()
        words = self.command("--namespace", namespace, "port-forward", target, f"{port}:{number}")
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as forwarding:
            try:
                assert forwarding.stdout is not None
                assert "Forwarding" in forwarding.stdout.readline()
                yield port
            finally:
                forwarding.terminate()

    @contextmanager
    def proxy(self) -> Iterator[str]:
        """The API's address for plain HTTP, on this machine: many small questions cost little."""
        words = self.command("proxy", "--port=0")
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as serving:
            try:
                assert serving.stdout is not None
                yield f"http://{serving.stdout.readline().split()[-1]}"
            finally:
                serving.terminate()

    def give(self, *images: str) -> None:
        """Images that Docker has on this machine."""
        assert self.load, "the tests cannot give this cluster an image: set IMAGES_LOAD"
        for image in images:
            run("sh", "-c", self.load.format(image=image))

    @property
    def environment(self) -> dict[str, str]:
        """For who is to find it."""
        found = {"KUBECONFIG": str(self.kubeconfig)} if self.kubeconfig else {}
        if self.programs:
            found["PATH"] = f"{self.programs}:{os.environ['PATH']}"
        return found

    def as_kind(self) -> Cluster:
        """Itself as a person with kind has it: the context of that name, kind on the PATH, and no
        word on how images come. Raises ``NoCluster``."""
        if self.context.startswith("kind-"):
            return replace(self, load="")
        if not self.kind:
            raise NoCluster(f"{self.context} is not kind's: it has its own way to get images")
        folder = run("sh", "-c", self.kind).strip()
        return replace(self, context=f"kind-{NAME}", load="", programs=folder)


class Source(Protocol):
    """Where a cluster comes from."""

    def start(self, nodes: int) -> Cluster:
        """One with at least so many nodes. Raises ``NoCluster``."""
        ...

    def stop(self) -> None:
        """Take away what was started."""
        ...


class Named:
    """One that is there, and stays."""

    def __init__(self, context: str) -> None:
        push, load = os.environ.get("IMAGES_PUSH", ""), os.environ.get("IMAGES_LOAD", "")
        self._cluster = Cluster(context=context, push=push, load=load)

    def start(self, nodes: int) -> Cluster:
        there = len(self._cluster.names("nodes"))
        if there < nodes:
            raise NoCluster(f"{self._cluster.context} has {there} nodes, this needs {nodes}")
        return self._cluster

    def stop(self) -> None:
        pass


class Kind:
    """Kubernetes in Docker, where it is installed."""

    def __init__(self, folder: Path) -> None:
        self._kubeconfig = folder / "kind.kubeconfig"
        self._nodes = 0

    def start(self, nodes: int) -> Cluster:
        if self._nodes != nodes:
            self.stop()
            roles = ["control-plane", *["worker"] * (nodes - 1)]
            wanted = {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4",
                      "nodes": [{"role": role} for role in roles]}  # fmt: skip
            how = ("--name", NAME, "--kubeconfig", str(self._kubeconfig), "--wait", "3m")
            run("kind", "create", "cluster", *how, "--config", "-", stdin=json.dumps(wanted))
            self._nodes = nodes
        load = f"kind load docker-image --name {NAME} {{image}}"
        return Cluster(context=f"kind-{NAME}", kubeconfig=self._kubeconfig, load=load)

    def stop(self) -> None:
        run("kind", "delete", "cluster", "--name", NAME, "--kubeconfig", str(self._kubeconfig))


class Own:
    """The one that is built here: see cluster/."""

    def __init__(self, *, build: bool) -> None:
        self._build = build

    def start(self, nodes: int) -> Cluster:
        if not shutil.which("docker"):
            raise NoCluster("there is no docker")
        check = [str(HERE / "cluster" / "build.sh"), *([] if self._build else ["--check"])]
        if subprocess.run(check, check=False).returncode:
            raise NoCluster("the test cluster is not built; `make test-kubernetes` builds it once")
        # `export KUBECONFIG=… PATH=…:$PATH`
        line = run(str(HERE / "cluster" / "start.sh"), str(nodes)).strip()
        kubeconfig, programs = (word.partition("=")[2] for word in line.split()[1:])
        return Cluster(
            context=NAME,
            kubeconfig=Path(kubeconfig),
            kubectl_program=str(Path(programs.partition(":")[0]) / "kubectl"),
            load=f"{HERE}/cluster/load.sh {{image}}",
            registry=f"{HERE}/cluster/registry.sh",
            ingress=f"{HERE}/cluster/ingress.sh",
            kind=f"{HERE}/cluster/kind.sh",
        )

    def stop(self) -> None:
        run(str(HERE / "cluster" / "stop.sh"))


def source(asked: str, folder: Path) -> Source:
    """``asked``: a context; ``any``: kind's or our own; empty: our own if it is built."""
    if asked not in ("", "any"):
        return Named(asked)
    if asked == "any" and shutil.which("kind"):
        return Kind(folder)
    return Own(build=asked == "any")
