"""Metrics of a real stack: every target up, every rule and every graph with figures in it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import httpx
import pytest

from sdctl.design.topology import Topology
from sdctl.targets import dashboards
from sdctl.targets.compose.bundle import render
from tests.metrics import TIERS, Prometheus
from tests.stacks import ROOT, Stack, docker, eventually, free_port

pytestmark = pytest.mark.docker
# Rates are over half a minute.
FILLED_S = 60.0


@pytest.fixture(scope="module")
def prometheus(standard: Stack) -> Iterator[Prometheus]:
    port = free_port()
    standard.up("--set", "metrics.expose=true", "--set", f"metrics.port={port}")
    found = Prometheus(standard.json("env")["connections"]["metrics"])
    load = subprocess.Popen(
        standard.command("load", "--rps", "50", "--duration", "10m"),
        env=standard.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield found
    load.terminate()
    load.wait()
    found.close()


def test_every_target_must_be_up_and_every_node_be_one_or_known_to_the_observer(
    standard: Stack, prometheus: Prometheus
) -> None:
    tiers = standard.json("status")["tiers"]
    nodes = {node["name"] for tier in TIERS for node in tiers[tier]["nodes"]}
    everyone = {node["name"] for tier in tiers.values() for node in tier["nodes"]}

    def missing() -> set[str]:
        targets = prometheus.targets()
        up = {target["labels"]["node"] for target in targets if target["health"] == "up"}
        down = {target["labels"]["node"] for target in targets if target["health"] != "up"}
        return (nodes - up) | down

    eventually(missing, lambda names: not names, timeout_s=FILLED_S)
    assert {series["metric"]["node"] for series in prometheus.query("sdctl_node_ok")} == everyone


def use_documents(client: httpx.Client) -> None:
    """The mixed load has no events, and a tier that nobody uses has no latency."""
    assert client.post("/v1/events", json={"kind": "used"}).status_code == 202


def test_every_recording_rule_must_have_a_figure(standard: Stack, prometheus: Prometheus) -> None:
    def silent() -> list[str]:
        use_documents(client)
        rules = [rule for rule in prometheus.rules() if rule["type"] == "recording"]
        assert len(rules) > 30
        return [rule["name"] for rule in rules if not prometheus.query(rule["query"])]

    with standard.client() as client:
        eventually(silent, lambda names: not names, timeout_s=FILLED_S)


def test_no_rule_must_fail(prometheus: Prometheus) -> None:
    assert [rule["name"] for rule in prometheus.rules() if rule["health"] == "err"] == []


def test_every_graph_of_every_dashboard_must_have_a_figure(
    standard: Stack, prometheus: Prometheus, topology_of: Callable[..., Topology]
) -> None:
    """Grafana itself cannot run where no registry is reached; what its graphs ask can."""
    files = render(topology_of("standard")).files
    asked = {
        query
        for path, text in files.items()
        if path.startswith("config/grafana/dashboards/") and path.endswith(".json")
        for query in dashboards.queries(text)
    }
    assert len(asked) > 60

    def empty() -> list[str]:
        use_documents(client)
        filled = (query.replace("$__rate_interval", "30s") for query in asked)
        return sorted(query for query in filled if not prometheus.query(query))

    with standard.client() as client:
        eventually(empty, lambda queries: not queries, timeout_s=FILLED_S)


def test_every_container_must_have_its_figures(standard: Stack, prometheus: Prometheus) -> None:
    """As the kernel counts them, not as the node tells: the engine's own word is beside it."""
    nodes = {node["name"] for tier in standard.json("status")["tiers"].values()
             for node in tier["nodes"]}  # fmt: skip
    for name in ("cpu_cores:rate", "memory:bytes", "memory:ratio"):
        eventually(
            lambda name=name: {e["metric"]["node"] for e in prometheus.query(f"node:{name}")},  # type: ignore[misc]
            lambda seen: seen == nodes,
        )
    [limit] = prometheus.query('container_spec_memory_limit_bytes{node="app-1"}')
    [engine] = docker(
        "inspect", "--format", "{{.HostConfig.Memory}}", f"sdctl-{standard.name}-app-1"
    )
    assert int(limit["value"][1]) == int(engine)
    [row] = [row for row in standard.json("inspect", "containers")["tables"][0]["rows"]
             if row["node"] == "app-1"]  # fmt: skip
    assert 0 < row["memory_bytes"] < row["limit_bytes"] == int(engine)


def test_work_in_a_container_must_show_as_its_cpu(standard: Stack, prometheus: Prometheus) -> None:
    asked = 'container_cpu_usage_seconds_total{node="containers-1"}'

    def seconds() -> float:
        return float(prometheus.query(asked)[0]["value"][1])

    before, burn = seconds(), "import time\nwhile time.process_time() < 3: pass"
    docker("exec", f"sdctl-{standard.name}-containers-1", "python3", "-c", burn)
    eventually(seconds, lambda now: now > before + 2.9)


def test_a_container_that_died_must_be_counted_as_restarted(
    standard: Stack, prometheus: Prometheus
) -> None:
    asked = 'container_restarts_total{node="containers-1"}'
    [before] = prometheus.query(asked)
    kill = ("sh", "-c", "kill -KILL $(pgrep -f [s]dctl.observer.cgroups)")
    # its own end comes with the container's
    subprocess.run(["docker", "exec", f"sdctl-{standard.name}-containers-1", *kill], check=False)
    # until it is back there is no sample at all
    eventually(
        lambda: [float(series["value"][1]) for series in prometheus.query(asked)],
        lambda now: now == [float(before["value"][1]) + 1],
        timeout_s=FILLED_S,
    )


def test_inspect_must_count_targets_and_rules(standard: Stack, prometheus: Prometheus) -> None:
    tables = {t["title"]: t["rows"] for t in standard.json("inspect", "metrics")["tables"]}
    assert sum(row["of"] for row in tables["targets"]) == len(prometheus.targets())
    assert tables["targets down"] == []
    assert sum(row["failing"] for row in tables["rules"]) == 0
