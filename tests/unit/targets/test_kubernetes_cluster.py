"""What is said when a cluster cannot be asked, or answers ill. The servers are real ones."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import yaml
from httpx2.websockets import WebSocketDisconnect, WebSocketUpgradeError

from sdctl.foundation.errors import NoSuchTarget, SdctlError, TargetRefused, TargetUnavailable
from sdctl.targets.kubernetes import cluster as cluster_file
from sdctl.targets.kubernetes import kubeconfig
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.target import KubernetesTarget

Write = Any
SERVER = "https://127.0.0.1:6443"
VERSION = (200, json.dumps({"gitVersion": "v1.34.4"}))


def config(server: str = SERVER, *, name: str = "one", **user: Any) -> dict[str, Any]:
    cluster: dict[str, Any] = {"server": server}
    if server.startswith("http:"):  # no certificate to check: reading those to trust takes 0.1 s
        cluster["insecure-skip-tls-verify"] = True
    return {
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write kubeconfigs, each in a folder of its own, and have ``KUBECONFIG`` name them."""

    def write(*said: Any) -> list[Path]:
        paths = []
        for number, one in enumerate(said):
            paths.append(tmp_path / str(number) / "config")
            paths[-1].parent.mkdir(exist_ok=True)
            paths[-1].write_text(one if isinstance(one, str) else yaml.safe_dump(one))
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, paths)))
        return paths

    return write


def test_several_files_must_be_read_as_one(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first to say a thing is believed; a path is meant from where its file is."""
    other = config("https://other:6443", name="two")
    other["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    _, second = write(config(), {**other, "clusters": [*other["clusters"], {
        "name": "one", "cluster": {"server": "https://later:6443"}}]})  # fmt: skip
    (second.parent / "ca.crt").write_text("")
    assert kubeconfig.read("").cluster.server == SERVER
    found = kubeconfig.read("two")
    assert found.cluster.server == "https://other:6443"
    assert found.cluster.certificate_auth == str(second.parent / "ca.crt")
    monkeypatch.setenv("KUBECONFIG", f"/nowhere{os.pathsep}{second}")
    assert kubeconfig.read("").context_name == "two"


def exec_(version: str, command: str = "true") -> dict[str, Any]:
    return {"exec": {"apiVersion": f"client.authentication.k8s.io/{version}", "command": command}}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("clusters: [{name: one}]", "something in its clusters has no cluster"),
        ({**config(), "current-context": ""}, "no context of"),
        ({**config(), "current-context": "gone"}, "there is no context 'gone'"),
        ({**config(), "clusters": []}, "names 'one', which is not in"),
        (config(token=[1]), "cannot be used"),
        (config("127.0.0.1:6443"), "is no address"),
        (config("https://:6443"), "is no address"),
        (config("https://a:b"), "is no address"),
        (config(**{"client-certificate": "gone.crt"}), "there is no such file"),
        (config(**{"client-certificate-data": "a"}), "client-certificate-data is no base64"),
        (config(**exec_("v1")), "speaks client.authentication.k8s.io/v1,"),
        (config(**exec_("v1beta1", "no-such-program")), "no-such-program is not installed"),
    ],
)
def test_what_is_wrong_on_this_machine_must_be_told_as_that(
    write: Write, said: Any, told: str
) -> None:
    write(said)
    with pytest.raises(TargetUnavailable, match=told):
        _ = Cluster("", "space").version


@contextmanager
def answering(answers: dict[str, tuple[int, str]]) -> Iterator[str]:
    """A server that answers by the end of a path; all else is 404 of no Kubernetes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, text = next(
                (
                    answer
                    for end, answer in answers.items()
                    if self.path.partition("?")[0].endswith(end)
                ),
                (404, "<html>not here</html>"),
            )
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def status(code: int) -> tuple[int, str]:
    return code, json.dumps({"kind": "Status", "code": code, "message": "because"})


def items(*found: Any) -> tuple[int, str]:
    return 200, json.dumps({"metadata": {}, "items": list(found)})


@pytest.mark.parametrize(
    ("answers", "error", "told"),
    [
        ({}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": (200, "hello")}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": (200, "[]")}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": (200, "{}")}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": (401, "no")}, TargetUnavailable, "refused the credentials"),
        ({"/version": VERSION}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": VERSION, "sets": (200, "{}")}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": VERSION, "sets": (200, '{"items": 1}')}, TargetUnavailable, "no Kubernetes"),
        ({"/version": VERSION, "sets": items(1)}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": VERSION, "sets": items({})}, TargetUnavailable, "is no Kubernetes"),
        ({"/version": VERSION, "sets": items({"metadata": {"name": "x", "labels": None}})},
         TargetUnavailable, "is no Kubernetes"),
        ({"/version": VERSION, "sets": status(401)}, TargetUnavailable, "the credentials"),
        ({"/version": VERSION, "sets": status(403)}, TargetRefused, "refused: because"),
        ({"/version": VERSION, "sets": status(404)}, NoSuchTarget, "because"),
    ],
)  # fmt: skip
def test_an_ill_answer_must_be_one_sentence(
    write: Write, answers: dict[str, tuple[int, str]], error: type[SdctlError], told: str
) -> None:
    with answering(answers) as server:
        write(config(server))
        with pytest.raises(error, match=told):
            KubernetesTarget("s").owners()


def broken(*lines: str) -> Iterator[str]:
    yield from lines
    raise httpx2.ReadError("connection reset")


def test_a_cluster_that_goes_away_while_a_log_is_read_must_be_told(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config())
    client = SimpleNamespace(log=lambda *_, **__: broken("one", "two"))
    monkeypatch.setattr(Cluster, "client", client)
    lines = Cluster("", "space").log("app-0", follow=True)
    assert [next(lines), next(lines)] == ["one", "two"]
    with pytest.raises(TargetUnavailable, match="does not answer at"):
        next(lines)


def raising(error: Exception) -> Any:
    def work() -> None:
        raise error

    return work


def test_what_our_own_code_does_wrong_must_not_be_said_of_the_cluster(write: Write) -> None:
    write(config())
    cluster = Cluster("", "space")
    with pytest.raises(TypeError, match="ours"):
        cluster.carry_out(raising(TypeError("ours")))
    with pytest.raises(TargetUnavailable, match="is no Kubernetes"):
        cluster.ask(raising(TypeError("the library met an ill answer")))


@pytest.mark.parametrize(
    ("error", "said", "told"),
    [
        (WebSocketDisconnect(1006), TargetUnavailable, "it closed the connection"),
        (WebSocketUpgradeError(httpx2.Response(404)), NoSuchTarget, "Not Found"),
        (WebSocketUpgradeError(httpx2.Response(403)), TargetRefused, "Forbidden"),
    ],
)
def test_what_ends_a_session_must_be_told_as_that(
    write: Write, error: Exception, said: type[SdctlError], told: str
) -> None:
    """It comes out of the session in a group."""
    write(config())
    with pytest.raises(said, match=told):
        Cluster("", "space").carry_out(raising(ExceptionGroup("unhandled", [error])))


def test_a_cluster_that_says_nothing_must_be_told_soon(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cluster_file._FIRST_S <= 15
    monkeypatch.setattr(cluster_file, "_FIRST_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write(config(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        with pytest.raises(TargetUnavailable, match="says nothing"):
            KubernetesTarget("s").nodes()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen; nobody else gets it meanwhile
        write(config(f"http://127.0.0.1:{nobody.getsockname()[1]}"))
        with pytest.raises(TargetUnavailable, match="does not answer at"):
            KubernetesTarget("s").nodes()
