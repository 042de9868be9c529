"""The cluster of these tests does what they rely on: its pods find each other, its network enforces
policies, it measures its pods, and nothing leaves this machine from our own."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.kubernetes.clusters import NAME, Cluster, run
from tests.stacks import eventually

SPACE = "t-cluster"
IMAGE = "debian:trixie-slim"
PORT = 8080


def pod(name: str) -> dict[str, Any]:
    """One that tells its name to whoever connects."""
    program = (
        f"$s = IO::Socket::INET->new(Listen => 9, LocalPort => {PORT}, ReuseAddr => 1) or die $!;"
        f'while ($c = $s->accept) {{ print $c "{name}\\n"; close $c }}'
    )
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["perl", "-MIO::Socket::INET", "-e", program],
        "ports": [{"name": "words", "containerPort": PORT}],
        "readinessProbe": {"tcpSocket": {"port": "words"}, "periodSeconds": 1},
    }
    about = {"name": name, "labels": {"app": name}}
    spec = {"containers": [container], "terminationGracePeriodSeconds": 0}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec}


def policy(name: str, **spec: Any) -> dict[str, Any]:
    about = {"name": name}
    version = "networking.k8s.io/v1"
    return {"apiVersion": version, "kind": "NetworkPolicy", "metadata": about, "spec": spec}


class Pods:
    """Three pods and a Service in a namespace of their own."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def do(self, *words: str, thing: Any = None, code: int | None = 0) -> str:
        stdin = None if thing is None else json.dumps(thing)
        return self.cluster.kubectl("--namespace", SPACE, *words, stdin=stdin, code=code)

    def inside(self, name: str, script: str) -> str:
        """What a script prints in a pod."""
        return self.do("exec", name, "--", "bash", "-c", script, code=None).strip()

    def hears(self, name: str, host: str, port: int = PORT) -> str:
        """What the pod is told there; empty: nothing within two seconds."""
        return self.inside(name, f"timeout 2 bash -c 'cat </dev/tcp/{host}/{port}' 2>/dev/null")

    def allow(self, thing: Any) -> None:
        self.do("apply", "--filename", "-", thing=thing)


@pytest.fixture(scope="module")
def pods(smoke: Cluster) -> Iterator[Pods]:
    smoke.give(IMAGE)
    smoke.kubectl("delete", "namespace", SPACE, "--ignore-not-found")
    smoke.kubectl("create", "namespace", SPACE)
    made = Pods(smoke)
    eventually(lambda: smoke.names("--namespace", SPACE, "serviceaccounts"), bool)
    for name in ("server", "friend", "stranger"):
        made.allow(pod(name))
    made.do("expose", "pod", "server", f"--port={PORT}")
    made.do("wait", "--for=condition=Ready", "pod", "--all", "--timeout=90s")
    yield made
    smoke.kubectl("delete", "namespace", SPACE)


def test_a_pod_must_find_a_service_by_its_name(pods: Pods) -> None:
    # on a full machine an answer may take longer than two seconds, but not again and again
    for who, name in (("friend", "server"), ("stranger", f"server.{SPACE}.svc.cluster.local")):
        eventually(partial(pods.hears, who, name), lambda heard: heard == "server")


def test_policies_must_be_enforced(pods: Pods) -> None:
    def of(pod: str, expected: str) -> None:
        eventually(lambda: pods.hears(pod, "server"), lambda heard: heard == expected)

    server = {"matchLabels": {"app": "server"}}
    friend = {"podSelector": {"matchLabels": {"app": "friend"}}}
    pods.allow(policy("nobody", podSelector=server, policyTypes=["Ingress"]))
    of("friend", "")
    of("stranger", "")
    ingress = [{"from": [friend], "ports": [{"port": "words"}]}]
    pods.allow(policy("friends", podSelector=server, ingress=ingress))
    of("friend", "server")
    of("stranger", "")
    pods.allow(policy("silence", podSelector=friend["podSelector"], policyTypes=["Egress"]))
    of("friend", "")
    pods.do("delete", "networkpolicy", "--all")
    of("friend", "server")
    of("stranger", "server")


def test_the_api_server_must_hold_pods_to_the_restricted_level(pods: Pods) -> None:
    level = "pod-security.kubernetes.io/enforce"
    pods.cluster.kubectl("label", "namespace", SPACE, f"{level}=restricted")
    try:
        with pytest.raises(AssertionError, match="violates PodSecurity"):
            pods.allow(pod("root"))
    finally:
        pods.cluster.kubectl("label", "namespace", SPACE, f"{level}-")


def test_nothing_must_leave_this_machine(pods: Pods) -> None:
    """A node reaches this machine over the nodes' own network and over no other; a pod not at all;
    and nobody is asked for a name."""
    if pods.cluster.context != NAME:
        pytest.skip("another's cluster: what leaves it is its own affair")
    with socket.create_server(("0.0.0.0", 0), backlog=9) as listening:
        port = listening.getsockname()[1]
        network = json.loads(run("docker", "network", "inspect", NAME))[0]["IPAM"]["Config"][0]
        here, elsewhere = network["Gateway"], _another_address(network["Gateway"])
        connect = "timeout 2 bash -c '</dev/tcp/{}/{}' 2>/dev/null && echo connected"

        def from_node(host: str) -> str:
            script = connect.format(host, port)
            return run("docker", "exec", f"{NAME}-1", "bash", "-c", script, code=None).strip()

        # else it is not reached at all, and what follows shows nothing
        eventually(lambda: from_node(here), lambda said: said == "connected")
        assert from_node(elsewhere) == ""
        for host in (here, elsewhere):
            assert pods.inside("friend", connect.format(host, port)) == ""
        routes = run("docker", "exec", f"{NAME}-1", "ip", "route", "show", "default")
        assert routes == ""
    known = partial(pods.inside, "friend", "getent hosts kubernetes.default && echo known")
    eventually(known, lambda said: said.endswith("known"))
    assert pods.inside("friend", "getent hosts example.com || echo unknown") == "unknown"


def _another_address(than: str) -> str:
    """An address of this machine that is not on the nodes' network."""
    words = run("hostname", "--all-ip-addresses").split()
    return next(word for word in words if ":" not in word and word != than)


def test_it_must_measure_its_pods(pods: Pods) -> None:
    """What an autoscaler decides from."""
    if not pods.cluster.measures:
        pytest.skip("this cluster has no metrics-server")
    eventually(lambda: pods.do("top", "pod", "server", code=None), lambda said: "Mi" in said, 90)
