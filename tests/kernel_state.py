"""What faults may change on this machine, byte for byte: the packet filter and the queues of each
container's network, its control groups, the containers and the volumes. Needs root."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdctl.observer.link import netlink
from tests.stacks import docker

_DUMP = netlink.REQUEST | 0x300
_DONE = 3
_TABLES = 10
_GET_TABLE, _GET_CHAIN, _GET_RULE = 1, 4, 7
_DOCKERS = b"nat\0"
_GET_QDISC = 38
_ROUTE, _NETFILTER = 0, 12
_EXPRESSIONS, _COUNTERS = 4, 8
_PERIOD_US = 100_000
_TRIES = 10
_GROUPS = ("cpu.cfs_quota_us", "cpu.shares", "memory.limit_in_bytes", "pids.max", "cpu.max",
           "memory.max", "memory.high")  # fmt: skip


def state(label: str) -> dict[str, str]:
    """By thing of the containers with a label, what it is now."""
    for _ in range(_TRIES):
        try:
            return _state(label)
        except subprocess.CalledProcessError as error:
            failed = error  # a container went away between two questions: ask anew
    raise failed


def _state(label: str) -> dict[str, str]:
    found: dict[str, str] = {}
    names = docker("ps", "-aq", "--no-trunc", "--filter", f"label={label}")
    for raw in json.loads("".join(docker("inspect", *names))):
        name = raw["Name"].lstrip("/")
        found[f"{name}: container"] = f"{raw['Id']} {raw['State']['Status']}"
        found[f"{name}: settings"] = _digest(json.dumps(_settings(raw), sort_keys=True))
        if raw["State"]["Pid"]:
            found |= {f"{name}: {what}": value for what, value in _network(raw["State"]["Pid"])}
            found |= {f"{name}: {what}": value for what, value in _groups(raw["Id"])}
    for volume in sorted(docker("volume", "ls", "-q", "--filter", f"label={label}")):
        found[f"{volume}: volume"] = "there"
    return found


def _settings(raw: dict[str, Any]) -> dict[str, Any]:
    """Docker cannot take a limit of the CPU out of its settings again: 0 means "as it is". So one
    that is lifted stays there as -1 of the kernel's usual period. The control group is the same."""
    settings: dict[str, Any] = raw["HostConfig"]
    if settings["CpuQuota"] in (0, -1) and settings["CpuPeriod"] in (0, _PERIOD_US):
        return settings | {"CpuQuota": 0, "CpuPeriod": 0}
    return settings


def _groups(container: str) -> Iterator[tuple[str, str]]:
    # groups of others come and go meanwhile, which only os.walk passes over
    walked = os.walk("/sys/fs/cgroup")
    for place in sorted(Path(root) / container for root, names, _ in walked if container in names):
        for name in _GROUPS:
            if (place / name).is_file():
                yield f"{place.parent.parent.name}/{name}", (place / name).read_text().strip()


def _network(pid: int) -> Iterator[tuple[str, str]]:
    """Read in a process of its own, which enters the namespace."""
    done = subprocess.run(
        ["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-m", __name__],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    yield from json.loads(done.stdout).items()


def _dumped(family: int, kind: int, body: bytes, header: int) -> Iterator[dict[int, bytes]]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family) as asking:
        asking.bind((0, 0))
        asking.settimeout(5)
        asking.send(netlink.message(kind, _DUMP, 1, body))
        while True:
            for said, text in netlink.messages(asking.recv(1 << 18)):
                if said == _DONE:
                    return
                # what `attributes` takes for the header has four bytes
                yield netlink.attributes(text[header - 4 :])


def _filter() -> Iterator[str]:
    """Every table, and what is in it but for Docker's: that has other ports in each."""
    for kind in (_GET_TABLE, _GET_CHAIN, _GET_RULE):
        body = netlink.netfilter(0, 0)
        for found in _dumped(_NETFILTER, (_TABLES << 8) | kind, body, 4):
            if kind == _GET_TABLE:
                yield f"table {found[1].decode()}"
                continue
            if found[1] == _DOCKERS:
                continue
            found.pop(_COUNTERS, None)
            expressions = found.pop(_EXPRESSIONS, b"") if kind == _GET_RULE else b""
            plain = {key: value.hex() for key, value in found.items()}
            yield json.dumps([kind, plain, _uncounted(expressions)], sort_keys=True)


def _uncounted(expressions: bytes) -> list[str]:
    """All but the counters of packets, which go on."""
    parts, at = [], 0
    while at + 4 <= len(expressions):
        (length,) = struct.unpack_from("=H", expressions, at)
        part = expressions[at : at + length]
        if b"counter\0" not in part:
            parts.append(part.hex())
        at += (length + 3) & ~3
    return parts


def _queues() -> Iterator[str]:
    for found in _dumped(_ROUTE, _GET_QDISC, struct.pack("=BxxxiIII", 0, 0, 0, 0, 0), 20):
        yield found.get(1, b"").hex()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def main() -> None:
    """What is so in the namespace of this process."""
    seen: dict[str, Any] = {
        "packet filter": _digest("\n".join(_filter())),
        "tables": [line for line in _filter() if line.startswith("table ")],
        "queues": _digest("\n".join(_queues())),
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    assert os.geteuid() == 0
    main()
