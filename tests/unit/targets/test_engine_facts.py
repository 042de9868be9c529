"""What an engine says of itself, from a Docker that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import docker
import pytest

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.compose import engine_reading
from sdctl.targets.compose.target import ComposeTarget
from tests.unit.cli.fake_docker import fake_docker

Make = Callable[..., Topology]
MakeBundle = Callable[..., Bundle]
HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat().replace("+00:00", "Z")


def network(name: str, subnet: str, stack: str = "") -> dict[str, Any]:
    labels = {"sdctl.stack": stack} if stack else {}
    return {"Name": name, "Labels": labels, "Created": HOUR_AGO,
            "IPAM": {"Config": [{"Subnet": subnet}]}}  # fmt: skip


def container(name: str, stack: str, port: int) -> dict[str, Any]:
    return {"Names": [f"/{name}"], "State": "running", "Labels": {"sdctl.stack": stack},
            "Ports": [{"PrivatePort": 80, "PublicPort": port}],
            "NetworkSettings": {"Networks": {}}}  # fmt: skip


@pytest.fixture
def answers() -> dict[str, tuple[int, Any]]:
    info = {"ServerVersion": "26.1", "MemTotal": 4 << 30, "DockerRootDir": "/srv/docker",
            "CgroupVersion": "2", "MemoryLimit": False, "Driver": "vfs",
            "SecurityOptions": ["name=seccomp,profile=default", "name=selinux"],
            "SystemTime": "2020-01-01T00:00:00.123456789Z",
            "DefaultAddressPools": [{"Base": "10.9.0.0/23", "Size": 24}]}  # fmt: skip
    return {
        "/version": (200, {"Version": "26.1", "ApiVersion": "1.45"}),
        "/info": (200, info),
        "/networks": (200, [network("sdctl-old_data", "10.9.0.0/24", "old")]),
        "/containers/json": (200, [container("sdctl-b-gateway-1", "b", 8080)]),
        "/images/json": (200, []),
    }


@pytest.fixture
def target(
    answers: dict[str, tuple[int, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ComposeTarget]:
    command = tmp_path / "docker"
    command.write_text("#!/bin/sh\necho 1.29.2\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with fake_docker(tmp_path, answers) as address:
        monkeypatch.setenv("DOCKER_HOST", address)
        yield ComposeTarget("sdctl")


def test_every_fact_that_is_bent_must_be_found(
    target: ComposeTarget, topology_of: Make, bundle_of: MakeBundle
) -> None:
    said = target.survey(topology_of("lite", "images=local"), bundle_of("lite", "images=local"))
    assert [problem.id for problem in said.problems] == ["compose-too-old"]
    bent = {one.id for one in said.findings if one.status != "pass"}
    expected = {
        "memory-limits-off", "storage-vfs", "selinux", "clock-apart", "base-image-none",
        "address-pools-used-up", "another-stack", "leftovers",
    }  # fmt: skip
    assert bent == expected
    assert (said.memory, said.folder) == (4 << 30, Path("/srv/docker"))
    assert said.publishers == {8080: "sdctl-b-gateway-1"}
    assert said.missing == {"haproxy", "python", "redis", "postgres", "etcd", "rabbitmq"}


def test_a_stack_of_another_state_folder_must_get_no_command_that_removes_it(
    target: ComposeTarget, topology_of: Make, bundle_of: MakeBundle
) -> None:
    said = target.survey(topology_of("lite", "images=local"), bundle_of("lite", "images=local"))
    [other] = [one for one in said.findings if one.id == "another-stack"]
    assert other.waits, "it is told in words, and its command changes nothing"
    assert other.fix == (
        'while [ -n "$(docker ps --quiet --filter label=sdctl.stack=b)" ]; do sleep 5; done'
    )
    assert "leave it alone" in other.message
    assert "down" not in other.message


def test_several_stacks_of_others_must_be_one_finding_with_one_command(
    target: ComposeTarget, answers: dict[str, tuple[int, Any]], topology_of: Make,
    bundle_of: MakeBundle,
) -> None:  # fmt: skip
    """Each had a head of the same words, and a command of its own below it."""
    there = [container(f"sdctl-{name}-1", name, port) for name, port in (("c", 1), ("b", 2))]
    answers["/containers/json"] = (200, there)
    said = target.survey(topology_of("lite", "images=local"), bundle_of("lite", "images=local"))
    [other] = [one for one in said.findings if one.id == "another-stack"]
    assert other.message.startswith("the stacks 'b' (1 node), 'c' (1 node) run here too and take ")
    assert "leave them alone" in other.message
    assert other.fix == (
        'while [ -n "$(docker ps --quiet --filter label=sdctl.stack=b; '
        'docker ps --quiet --filter label=sdctl.stack=c)" ]; do sleep 5; done'
    )


def test_a_registry_that_is_silent_must_be_asked_and_waited_for_once(
    target: ComposeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    begun, silent = Event(), Event()

    def inspect(api: docker.APIClient, image: str) -> None:
        asked.append(image)
        begun.set()
        assert silent.wait(10)

    monkeypatch.setattr(docker.APIClient, "inspect_distribution", inspect)
    first = Thread(target=target.docker.can_pull, args=("debian:x",))
    first.start()
    assert begun.wait(10)
    assert target.docker.can_pull("debian:x", within_s=0) is False, "its time is over already"
    silent.set()
    first.join()
    assert target.docker.can_pull("debian:x", within_s=0) is True, "it has answered"
    assert asked == ["debian:x"]


VPN = """Iface Destination Gateway  Flags RefCnt Use Metric Mask     MTU Window IRTT
eth0  00000000    0101A8C0 0003  0      0   0      00000000 0   0      0
tun0  00000000    0500080A 0003  0      0   0      00000080 0   0      0
tun0  00000080    0500080A 0003  0      0   0      00000080 0   0      0
eth0  0001A8C0    00000000 0001  0      0   0      00FFFFFF 0   0      0
"""
"""A machine whose VPN leads everything by its gateway."""


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        ("20.10.24", ["0.0.0.0/1", "128.0.0.0/1", "192.168.1.0/24"]),
        ("26.1.5+dfsg1", ["192.168.1.0/24"]),
        ("dev", ["192.168.1.0/24"]),
    ],
)
def test_only_an_old_engine_must_be_kept_from_what_a_gateway_leads_to(
    version: str, taken: list[str]
) -> None:
    """Else `up` is refused beside a VPN, though the engine has addresses to give."""
    assert [*map(str, engine_reading.routed(VPN, version))] == taken
