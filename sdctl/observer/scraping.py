"""Scraping: what Prometheus hears from the observer. Pure.

Where each node is to be asked, and what the observer itself saw of every node:

    sdctl_node_known{tier, node}       1, or 0 while unknown
    sdctl_node_ok{tier, node}          1 ok, 0 failing; no sample while unknown
    sdctl_node_role{tier, node, role}  1 for the role that the node has now
    sdctl_node_fact{tier, node, fact}  every fact of ``sdctl status`` that is a number

and the figures of a node that has no endpoint of its own, as its probe reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from sdctl.observer.failures import NOT_THERE
from sdctl.observer.families import family, registry
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading

CONTENT_TYPE = CONTENT_TYPE_LATEST


def expected(targets: Iterable[Node], readings: Iterable[Reading]) -> tuple[Node, ...]:
    """The nodes of these but those that come and go by themselves, and are not there."""
    away = {reading.name for reading in readings if reading.reason == NOT_THERE}
    return tuple(target for target in targets if not target.elastic or target.name not in away)


def discovered(targets: Sequence[Node], port: str) -> list[dict[str, object]]:
    """Prometheus' HTTP service discovery: the nodes that have a port of this name."""
    return [
        {
            "targets": [f"{target.name}:{target.ports[port]}"],
            "labels": {"tier": target.tier, "node": target.name},
        }
        for target in targets
        if port in target.ports
    ]


def exposition(tiers: Mapping[str, Sequence[Node]], readings: Iterable[Reading]) -> bytes:
    """The readings, and the observer's own process, in Prometheus' text format."""
    everything = registry(families(tiers, readings))
    ProcessCollector(registry=everything)
    return generate_latest(everything)


def families(
    tiers: Mapping[str, Sequence[Node]], readings: Iterable[Reading]
) -> tuple[Metric, ...]:
    """One sample for each node, and for each that is known, has a role, or has a fact that is a
    number."""
    readings = tuple(readings)
    tier_of = {
        target.name: tier
        for tier, targets in tiers.items()
        for target in expected(targets, readings)
    }
    known = GaugeMetricFamily(
        "sdctl_node_known", "Whether the node says how it is", labels=("tier", "node")
    )
    ok = GaugeMetricFamily("sdctl_node_ok", "Whether the node is well", labels=("tier", "node"))
    role = GaugeMetricFamily(
        "sdctl_node_role", "1 for the node's role", labels=("tier", "node", "role")
    )
    fact = GaugeMetricFamily(
        "sdctl_node_fact", "Facts of sdctl status", labels=("tier", "node", "fact")
    )
    for reading in readings:
        if reading.name not in tier_of:
            continue
        labels = [tier_of[reading.name], reading.name]
        known.add_metric(labels, float(reading.health != "unknown"))
        if reading.health != "unknown":
            ok.add_metric(labels, float(reading.health == "ok"))
        if reading.role is not None:
            role.add_metric([*labels, reading.role], 1)
        for name, value in reading.facts.items():
            if isinstance(value, int | float):
                fact.add_metric([*labels, name], float(value))
    return known, ok, role, fact


def samples(figures: Mapping[str, float]) -> bytes:
    """One node's figures in the text format; who asks knows whose they are."""
    each_alone = (family(name, "", (), [((), value)]) for name, value in figures.items())
    return generate_latest(registry(each_alone))
