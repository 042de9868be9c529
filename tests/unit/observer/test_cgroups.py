"""Containers' figures from the kernel's trees. Version 1 as it was seen on Linux 6.18 under Docker
20.10; version 2 in the shape of the kernel's Documentation/admin-guide/cgroup-v2.rst."""

from __future__ import annotations

import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sdctl.observer.cgroups import __main__ as server
from sdctl.observer.cgroups import usage
from sdctl.observer.cgroups.containers import ContainerInventory, RunningContainer
from sdctl.observer.probes import containers

ID = "6154b3bb3fe1a41c2cf42c4c7377792f0f9c20cebc971a2c68385a9572bbcdf0"
LAYOUTS = ("docker/{}", "system.slice/docker-{}.scope")
STAT_1 = (
    "cache 12288\nrss 49369088\ninactive_file 4096\ntotal_cache 12288\ntotal_inactive_file {}\n"
)
STAT_2 = (
    "anon 49369088\nfile 212992\nkernel_stack 32768\ninactive_anon 49356800\ninactive_file {}\n"
)


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def version_1(
    root: Path, layout: str, inactive: int = 4096, limit: str = "201326592"
) -> tuple[Path, Path]:
    cpu, memory = root / "cpuacct", root / "memory"
    write(cpu / layout, cpuacct__usage="1234567890123\n")
    write(
        memory / layout,
        memory__usage_in_bytes="53575680\n",
        memory__limit_in_bytes=f"{limit}\n",
        memory__stat=STAT_1.format(inactive),
        memory__oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    )
    return cpu, memory


def version_2(
    root: Path, layout: str, inactive: int = 4096, limit: str = "201326592"
) -> tuple[Path, Path]:
    write(
        root / layout,
        cpu__stat="usage_usec 1234567890\nuser_usec 1000000000\nsystem_usec 234567890\n"
        "nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
        memory__current="53575680\n",
        memory__max=f"{limit}\n",
        memory__stat=STAT_2.format(inactive),
        memory__events="low 0\nhigh 0\nmax 7\noom 2\noom_kill 2\n",
    )
    return root, root


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("tree", "cpu_s"), [(version_1, 1234.567890123), (version_2, 1234.56789)])
def test_both_versions_in_both_layouts_must_say_the_same(
    tree: Callable[..., tuple[Path, Path]], cpu_s: float, layout: str, tmp_path: Path
) -> None:
    assert usage.read(*tree(tmp_path, layout.format(ID)), ID) == usage.Usage(
        cpu_seconds=cpu_s,
        memory=53575680,
        working_set=53575680 - 4096,
        limit=201326592,
        killed=2,
    )


@pytest.mark.parametrize(("tree", "word"), [(version_1, "9223372036854771712"), (version_2, "max")])
def test_no_limit_must_be_none(
    tree: Callable[..., tuple[Path, Path]], word: str, tmp_path: Path
) -> None:
    found = usage.read(*tree(tmp_path, f"docker/{ID}", limit=word), ID)
    assert found is not None
    assert found.limit is None


@pytest.mark.parametrize("tree", [version_1, version_2])
def test_a_working_set_must_not_be_negative(
    tree: Callable[..., tuple[Path, Path]], tmp_path: Path
) -> None:
    """The kernel's two numbers are not of the same instant."""
    found = usage.read(*tree(tmp_path, f"docker/{ID}", inactive=10**9), ID)
    assert found is not None
    assert found.working_set == 0


def test_a_container_without_a_group_must_have_no_usage(tmp_path: Path) -> None:
    assert usage.read(*version_1(tmp_path, f"docker/{ID}"), "0" * 64) is None
    cpu, memory = version_1(tmp_path, f"docker/{ID}")
    (memory / "docker" / ID / "memory.usage_in_bytes").unlink()
    assert usage.read(cpu, memory, ID) is None, "it ended between two files"


def config(
    folder: Path, id_: str, *, node: str = "app-1", stack: str = "s", running: bool = True,
    restarts: int = 0, labels: bool = True,
) -> None:  # fmt: skip
    """What the engine keeps of a container, as far as it is read."""
    named = {"sdctl.stack": stack, "sdctl.tier": node.rpartition("-")[0], "sdctl.node": node}
    value = {
        "ID": id_,
        "RestartCount": restarts,
        "State": {"Running": running},
        "Config": {"Labels": named if labels else None},
    }
    write(folder / id_, config__v2__json=json.dumps(value))


def test_only_running_containers_of_the_stack_must_be_counted(tmp_path: Path) -> None:
    config(tmp_path, "a" * 64, node="redis-2", restarts=3)
    config(tmp_path, "b" * 64, node="app-1")
    config(tmp_path, "c" * 64, node="app-2", running=False)
    config(tmp_path, "d" * 64, node="app-3", stack="another")
    config(tmp_path, "e" * 64, labels=False)
    (tmp_path / ("f" * 64)).mkdir()
    write(tmp_path / ("0" * 64), config__v2__json="{")
    assert ContainerInventory(tmp_path, "s").containers() == [
        RunningContainer(id="b" * 64, node="app-1", tier="app", restarts=0),
        RunningContainer(id="a" * 64, node="redis-2", tier="redis", restarts=3),
    ]


def test_a_file_that_changed_must_be_read_again_and_one_that_is_gone_forgotten(
    tmp_path: Path,
) -> None:
    inventory = ContainerInventory(tmp_path, "s")
    config(tmp_path, "a" * 64)
    config(tmp_path, "b" * 64, node="app-2")
    assert [container.restarts for container in inventory.containers()] == [0, 0]
    config(tmp_path, "a" * 64, restarts=1)
    os.utime(tmp_path / ("a" * 64) / "config.v2.json", ns=(1, 1))
    (tmp_path / ("b" * 64) / "config.v2.json").unlink()
    assert [(container.node, container.restarts) for container in inventory.containers()] == [
        ("app-1", 1)
    ]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server itself, over a version 2 tree with one container of the stack."""
    cpu, memory = version_2(tmp_path / "tree", f"docker/{ID}")
    config(tmp_path / "containers", ID)
    write(tmp_path, stack="s\n")
    for name, value in {
        "PORT": 0, "STACK": tmp_path / "stack", "CONTAINERS": tmp_path / "containers",
        "CPU": cpu, "MEMORY": memory,
    }.items():  # fmt: skip
        monkeypatch.setattr(server, name, value)
    made = server.made()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_address[1]}"
    made.shutdown()
    made.server_close()


def test_the_server_must_answer_with_every_figure_of_every_container(url: str) -> None:
    text = urllib.request.urlopen(f"{url}/metrics", timeout=5).read().decode()
    assert 'container_cpu_usage_seconds_total{node="app-1",tier="app"} 1234.56789\n' in text
    assert containers.parse(text)["app-1"]["container_memory_working_set_bytes"] == 53571584
    assert text.count("# TYPE ") == 6


def test_a_machine_whose_trees_are_elsewhere_must_be_a_target_that_is_down(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(server, "CPU", tmp_path / "nowhere")
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"{url}/metrics", timeout=5)


def test_nothing_else_must_be_served(url: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{url}/", timeout=5)
