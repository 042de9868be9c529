from __future__ import annotations

from dataclasses import replace

from sdctl.observer import scraping
from sdctl.observer.failures import NOT_THERE
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading


def target(name: str, tier: str, **ports: int) -> Node:
    return Node(name=name, component=name.rpartition("-")[0], tier=tier, ports=ports)


APP = (target("app-1", "app", http=8000), target("app-2", "app", http=8000))


def test_discovery_must_name_each_node_with_its_port_and_tier() -> None:
    found = scraping.discovered(APP, "http")
    assert found[1] == {"targets": ["app-2:8000"], "labels": {"tier": "app", "node": "app-2"}}
    assert len(found) == 2


def test_discovery_must_leave_out_a_node_without_the_port() -> None:
    assert scraping.discovered((*APP, target("redis-1", "cache", redis=6379)), "redis") == [
        {"targets": ["redis-1:6379"], "labels": {"tier": "cache", "node": "redis-1"}}
    ]


def lines(*readings: Reading) -> list[str]:
    return scraping.exposition({"app": APP}, readings).decode().splitlines()


def test_health_must_be_a_number_and_unknown_be_no_sample() -> None:
    said = lines(Reading(name="app-1", health="failing"), Reading(name="app-2", health="unknown"))
    assert [line for line in said if line.startswith("sdctl_node_ok")] == [
        'sdctl_node_ok{node="app-1",tier="app"} 0.0'
    ]


def test_how_many_nodes_there_are_must_not_depend_on_how_many_answer() -> None:
    said = lines(Reading(name="app-1", health="ok"), Reading(name="app-2", health="unknown"))
    assert [line for line in said if line.startswith("sdctl_node_known")] == [
        'sdctl_node_known{node="app-1",tier="app"} 1.0',
        'sdctl_node_known{node="app-2",tier="app"} 0.0',
    ]


def test_a_replica_that_an_autoscaler_has_not_made_must_be_no_trouble() -> None:
    """One that is there and ill is, and one that should be there in any case."""
    third = replace(APP[0], name="app-3", elastic=True)
    targets = (*(replace(one, elastic=one.name == "app-2") for one in APP), third)
    readings = [
        Reading(name="app-1", health="failing", reason=NOT_THERE),
        Reading(name="app-2", health="failing", reason="connection refused"),
        Reading(name="app-3", health="failing", reason=NOT_THERE),
    ]
    assert [one.name for one in scraping.expected(targets, readings)] == ["app-1", "app-2"]
    said = scraping.exposition({"app": targets}, readings).decode()
    assert said.count("sdctl_node_ok{") == 2
    assert "app-3" not in said


def test_role_and_numeric_facts_must_be_told_and_nothing_else() -> None:
    facts = {"lag_bytes": 7, "sync": True, "node": "x", "hit_ratio": None}
    said = lines(Reading(name="app-1", role="replica", health="ok", facts=facts))
    assert 'sdctl_node_role{node="app-1",role="replica",tier="app"} 1.0' in said
    assert [line for line in said if line.startswith("sdctl_node_fact")] == [
        'sdctl_node_fact{fact="lag_bytes",node="app-1",tier="app"} 7.0',
        'sdctl_node_fact{fact="sync",node="app-1",tier="app"} 1.0',
    ]
    assert any(line.startswith("process_cpu_seconds_total") for line in said)
