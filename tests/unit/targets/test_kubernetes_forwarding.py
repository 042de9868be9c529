"""Who forwards: started once, however many commands want it, and known by its lock."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sdctl.foundation import assets, children
from sdctl.targets.kubernetes import forwarding
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.forward_record import Forward, Forwards
from sdctl.targets.kubernetes.target import KubernetesTarget

GATEWAY = Forward(node="gateway-1", number=8080, listen=18080)
WANTED = Forwards(context="kind", namespace="sdctl", forwards=(GATEWAY,))
_LISTENS = """
import pathlib, signal, sys
from sdctl.targets.kubernetes import forward_record, forwarding
folder = pathlib.Path(sys.argv[1])
file = forwarding.place(folder)
with (folder.parent / "began").open("a") as began:
    began.write("x")
with forwarding.listening(file, forward_record.read(file)):
    signal.sigwait([signal.SIGTERM])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Whoever is started there opens no port."""
    started, popen = [], subprocess.Popen

    def keep(*words: Any, **more: Any) -> Any:
        started.append(popen(*words, **more))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", keep)
    words = [sys.executable, "-c", _LISTENS]
    monkeypatch.setattr(children, "command", lambda name, folder: [*words, folder])
    yield tmp_path / "forwards"
    for process in started:
        process.wait(60)


def test_of_two_commands_that_want_it_at_once_one_must_start_it(folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        try:
            both = [pool.submit(forwarding.ensure, folder, WANTED) for _ in range(2)]
            assert [one.result(60) for one in both] == [WANTED, WANTED]
            assert (folder.parent / "began").read_text() == "x"
            assert forwarding.addresses(folder) == {"gateway-1": {8080: "127.0.0.1:18080"}}
        finally:
            forwarding.end(folder)
    assert not folder.exists()


_SAYS_LATE = """
import fcntl, json, signal, sys, time
from sdctl.foundation import processes
with open(sys.argv[1], "a+") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(0.5)  # a busy machine
    lock.write(json.dumps(processes.this()))
    lock.flush()
    signal.sigwait([signal.SIGINT])
"""


def test_who_listens_and_has_not_said_yet_who_it_is_must_be_ended_too(tmp_path: Path) -> None:
    file = forwarding.place(tmp_path)
    words = [sys.executable, "-c", _SAYS_LATE, str(file.with_suffix(".lock"))]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            forwarding.end(tmp_path)
            assert process.wait(20) == -signal.SIGTERM
        finally:
            process.kill()


def test_a_process_that_has_the_id_of_one_that_listened_must_be_left_alone(tmp_path: Path) -> None:
    """What an earlier one said of itself stands there until the next has said who it is."""
    file = forwarding.place(tmp_path)
    lock = file.with_suffix(".lock")
    with subprocess.Popen(["sleep", "60"]) as other, lock.open("a+") as held:
        lock.write_text(json.dumps({"pid": other.pid, "born": 1}))
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not forwarding._told_to_end(file)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.2)
        other.kill()


def test_who_only_looks_whether_it_is_there_must_not_end_it(tmp_path: Path) -> None:
    file, entered = forwarding.place(tmp_path), threading.Event()
    lock = file.with_suffix(".lock")

    def listens() -> None:
        with forwarding.listening(file, WANTED):
            entered.set()

    with lock.open("a+") as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        thread = threading.Thread(target=listens)
        thread.start()
        assert not entered.wait(0.2)
    thread.join()
    assert entered.is_set()


def test_where_it_does_not_start_that_must_be_said_and_nothing_be_reached(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`down` and `status` go on: the nodes are there all the same."""
    folder.mkdir()
    WANTED.write(forwarding.place(folder))
    monkeypatch.setattr(children, "command", lambda *_: [sys.executable, "-c", "raise OSError"])
    assert forwarding.addresses(folder) == {}
    assert "the ports of this machine could not be opened" in capsys.readouterr().err


def test_who_only_looks_at_nodes_must_start_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a completion does, or `down`. Who asks for a way in has it."""
    spec = {"containers": [{"image": "i"}]}
    runs = {"name": "gateway-1", "labels": {}, "creationTimestamp": "2026-11-29T00:00:00Z"}
    status = {"containerStatuses": [{"state": {"running": {}}}]}
    pods = {"Pod": [{"metadata": runs, "spec": spec, "status": status}]}
    monkeypatch.setattr(Cluster, "list", lambda _, kind, labels=None: pods.get(kind, []))
    monkeypatch.setattr(assets, "stacks", lambda: folder.parent.parent)
    target = KubernetesTarget(folder.parent.name)
    folder.mkdir()
    WANTED.write(forwarding.place(folder))
    [gateway] = target.nodes()
    assert gateway.state == "running"
    assert not (folder.parent / "began").exists()
    try:
        assert 8000 not in gateway.addresses
        assert dict(gateway.addresses) == {8080: "127.0.0.1:18080"}
        assert target.host == "127.0.0.1"
        assert (folder.parent / "began").read_text() == "x"
    finally:
        forwarding.end(folder)
