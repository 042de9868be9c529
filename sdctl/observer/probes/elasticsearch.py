"""Search: Elasticsearch answers the same questions as its stand-in."""

from __future__ import annotations

from sdctl.observer.probes import opensearch
from sdctl.observer.probes.probe import Probe

PROBE = Probe(
    component="elasticsearch",
    read=opensearch.read,
    inspect=opensearch.inspect,
    figures=opensearch.figures,
)
