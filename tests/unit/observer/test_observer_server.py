"""The observer's API, over probes that a test can steer."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from sdctl.observer import inventory, probes
from sdctl.observer.connections import Connections
from sdctl.observer.held import Held
from sdctl.observer.inventory import Inventory
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.server import application
from sdctl.observer.survey import Survey
from sdctl.state.snapshot import Reading, Table

TOPOLOGY = json.dumps(
    {
        "stack": "test",
        "profile": "tiny",
        "tiers": {
            "cache": {
                "nodes": [
                    {"name": f"redis-{n}", "component": "redis", "ports": {"redis": 6379}}
                    for n in (1, 2)
                ],
            },
            "echo": {"nodes": [{"name": "whoami-1", "component": "whoami", "ports": {}}]},
        },
    }
)


class Steered:
    """A probe that counts how often it is asked, and answers when it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.go.set()
        self.error: Exception | None = None

    async def read(self, targets: tuple[Node, ...], _: Connections) -> list[Reading]:
        self.asked += 1
        await self.go.wait()
        if self.error:
            raise self.error
        return [Reading(name=target.name, health="ok", facts={"n": 1}) for target in targets]

    async def figures(self, target: Node, _: Connections) -> dict[str, float]:
        if self.error:
            raise self.error
        return {"keys": 5, "reads_total": 7.5}

    async def holds(self, target: Node, _: Connections, run: str) -> Held:
        if self.error:
            raise self.error
        return Held(lines=f"{run}-{target.name},1\n", waiting=2)

    async def inspect(self, targets: tuple[Node, ...], _: Connections) -> list[Table]:
        if self.error:
            raise self.error
        return [Table(title="keys", columns=("node", "keys"), rows=((targets[0].name, 5),))]


class Stack:
    """A survey with steered probes, and a client of its server."""

    def __init__(self) -> None:
        self.cache, self.other = Steered(), Steered()
        probes = {
            "redis": Probe(
                component="redis",
                read=self.cache.read,
                inspect=self.cache.inspect,
                figures=self.cache.figures,
                holds=self.cache.holds,
            ),
            "default": Probe(component="default", read=self.other.read),
        }
        self.survey = Survey(lambda: inventory.parse(TOPOLOGY, probes), Connections({}))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(application("secret", self.survey)),
            base_url="http://observer",
            headers={"Authorization": "Bearer secret"},
        )

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, **options)


def test_health_must_be_open_and_all_else_closed() -> None:
    async def main() -> None:
        stack = Stack()
        nobody = {"Authorization": "Bearer wrong"}
        assert (await stack.get("/healthz", headers=nobody)).status_code == 200
        for path in ("/readings", "/inspect/cache", "/nothing"):
            refused = await stack.get(path, headers=nobody)
            assert refused.status_code == 401
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["www-authenticate"] == "Bearer"
        assert stack.cache.asked == 0

    asyncio.run(main())


def test_readings_must_be_of_every_node_in_order() -> None:
    async def main() -> None:
        answer = (await Stack().get("/readings")).json()
        assert [reading["name"] for reading in answer["readings"]] == [
            "redis-1", "redis-2", "whoami-1",
        ]  # fmt: skip
        assert answer["readings"][0] == {
            "name": "redis-1", "role": None, "health": "ok", "reason": "", "facts": {"n": 1},
        }  # fmt: skip
        assert len(answer["at"]) == len("2026-11-23T17:00:00.123Z")
        assert answer["at"].endswith("Z")

    asyncio.run(main())


def test_readings_of_one_tier_must_ask_only_that() -> None:
    async def main() -> None:
        stack = Stack()
        answer = (await stack.get("/readings?tier=echo")).json()
        assert [reading["name"] for reading in answer["readings"]] == ["whoami-1"]
        assert (stack.cache.asked, stack.other.asked) == (0, 1)

    asyncio.run(main())


@pytest.mark.parametrize("path", ["/readings?tier=nope", "/inspect/nope"])
def test_an_unknown_tier_must_be_told_what_there_is(path: str) -> None:
    async def main() -> None:
        answer = await Stack().get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == "there is no tier 'nope'; there is: cache, echo"

    asyncio.run(main())


def test_looks_at_the_same_time_must_be_one_look() -> None:
    async def main() -> None:
        stack = Stack()
        stack.cache.go.clear()
        looks = [asyncio.create_task(stack.survey.readings(("cache",))) for _ in range(5)]
        first, *others = looks
        await asyncio.wait(looks, timeout=0.01)
        first.cancel()
        stack.cache.go.set()
        found = await asyncio.gather(*others)
        assert all(look.readings[0].health == "ok" for look in found)
        assert stack.cache.asked == 1

    asyncio.run(main())


def test_a_look_must_be_given_again_only_while_it_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        stack = Stack()
        monkeypatch.setattr("sdctl.observer.survey.FRESH_S", 60.0)
        await stack.survey.readings(("cache",))
        await stack.survey.readings(("cache",))
        assert stack.cache.asked == 1
        monkeypatch.setattr("sdctl.observer.survey.FRESH_S", -1.0)
        await stack.survey.readings(("cache",))
        assert stack.cache.asked == 2

    asyncio.run(main())


def test_a_probe_that_hangs_must_leave_its_nodes_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdctl.observer.survey.GUARD_S", 0.02)

    async def main() -> None:
        stack = Stack()
        stack.cache.go.clear()
        look = await stack.survey.readings(("cache", "echo"))
        assert [r.health for r in look.readings] == ["unknown", "unknown", "ok"]
        assert look.readings[0].reason == "no answer in 800 ms"

    asyncio.run(main())


def test_inspect_must_give_tables_and_say_when_there_are_none() -> None:
    async def main() -> None:
        stack = Stack()
        tables = (await stack.get("/inspect/cache")).json()
        assert tables == {
            "tier": "cache",
            "tables": [{"title": "keys", "rows": [{"node": "redis-1", "keys": 5}]}],
        }
        [nodes] = (await stack.get("/inspect/echo")).json()["tables"]
        assert nodes["rows"] == [{"node": "whoami-1", "health": "ok", "reason": ""}]
        stack.cache.error = ConnectionRefusedError()
        [gone] = (await stack.get("/inspect/cache")).json()["tables"]
        assert gone["rows"] == [{"tier": "cache", "why": "connection refused"}]

    asyncio.run(main())


def test_a_nodes_own_figures_must_be_in_prometheus_format_and_silence_be_no_figure() -> None:
    async def main() -> None:
        stack = Stack()
        answer = await stack.get("/figures?target=redis-2:6379")
        assert answer.status_code == 200
        assert answer.text.splitlines() == [
            "# HELP keys ", "# TYPE keys gauge", "keys 5.0",
            "# HELP reads_total ", "# TYPE reads_total counter", "reads_total 7.5",
        ]  # fmt: skip
        for target in ("whoami-1:80", "nobody:1", ""):
            assert (await stack.get(f"/figures?target={target}")).status_code == 404
        stack.cache.error = ConnectionRefusedError()
        gone = await stack.get("/figures?target=redis-2:6379")
        assert (gone.status_code, gone.json()["detail"]) == (503, "redis-2: connection refused")

    asyncio.run(main())


def test_what_a_node_holds_of_a_run_must_be_its_probes_answer() -> None:
    async def main() -> None:
        stack = Stack()
        held = await stack.get("/holdings/r1/redis-1")
        assert held.json() == {"lines": "r1-redis-1,1\n", "waiting": 2}
        for node in ("whoami-1", "nobody"):
            assert (await stack.get(f"/holdings/r1/{node}")).status_code == 404
        stack.cache.error = ConnectionRefusedError()
        gone = await stack.get("/holdings/r1/redis-1")
        assert (gone.status_code, gone.json()["detail"]) == (503, "redis-1: connection refused")

    asyncio.run(main())


def test_every_probe_must_be_found() -> None:
    assert set(inventory.find_probes()) >= {
        "app", "default", "etcd", "gateway", "lb", "observer", "postgres", "rabbitmq", "redis",
        "worker", "prometheus", "grafana", "opensearch", "rsyslog",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"), [("", "it has no PROBE"), ("import nonsense", "No module named 'nonsense'")]
)
def test_a_broken_probe_must_be_the_trouble_of_its_component_alone(
    text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whoami.py").write_text(text)
    monkeypatch.delitem(sys.modules, f"{probes.__name__}.whoami", raising=False)
    monkeypatch.setattr(probes, "__path__", [*probes.__path__, str(tmp_path)])
    found = inventory.parse(TOPOLOGY, inventory.find_probes())
    [(probe, targets)] = found.probed("echo")
    [reading] = asyncio.run(probe.read(targets, Connections({})))
    assert (reading.name, reading.health) == ("whoami-1", "unknown")
    assert reading.reason == f"its probe whoami.py cannot be used: {why}"
    assert "redis" in found.probes


def test_every_node_must_know_the_names_of_all() -> None:
    found: Inventory = inventory.parse(TOPOLOGY, inventory.find_probes())
    assert found.tiers["echo"][0].everyone == ("redis-1", "redis-2", "whoami-1")
    assert [probe.component for probe, _ in found.probed("echo")] == ["default"]
    [(probe, targets)] = found.probed("cache")
    assert (probe.component, len(targets)) == ("redis", 2)


def test_nodes_that_come_while_it_runs_must_be_asked(tmp_path: Path) -> None:
    file = tmp_path / "topology.json"
    file.write_text(TOPOLOGY)
    follow = inventory.Followed(file)
    first = follow()
    assert follow() is first
    (tmp_path / "new").write_text(TOPOLOGY.replace("redis-2", "redis-3"))
    (tmp_path / "new").replace(file)
    assert [node.name for node in follow().tiers["cache"]] == ["redis-1", "redis-3"]
