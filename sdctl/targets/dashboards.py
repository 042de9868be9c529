"""Dashboards as code: what Grafana's JSON says over and over, said once. Pure.

A template ``templates/grafana/config/dashboards/<tier>.json.j2`` calls :func:`dashboard` with the
panels that are special to its tier; the golden signals and the nodes' figures every tier has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
SOURCE = {"type": "prometheus", "uid": "sdctl-prometheus"}
"""The data source that ``datasources/prometheus.yaml`` provisions."""
_ACROSS, _WIDTH, _HEIGHT = 3, 8, 8
_SCHEMA = 39
"""Of Grafana 10.4 and later, which bring it to their own at loading."""


def panel(title: str, unit: str, queries: Mapping[str, str], text: str = "") -> Json:
    """A graph over time. ``queries``: legend (``{{node}}``) → PromQL; ``unit`` is Grafana's name of
    one: ``reqps``, ``percentunit``, ``s``, ``bytes``, ``short``."""
    return {
        "type": "timeseries",
        "title": title,
        "description": text,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": _targets(queries),
    }


def table(title: str, query: str, text: str = "") -> Json:
    """What a query says now, a row per series."""
    targets = [{**target, "format": "table", "instant": True} for target in _targets({"": query})]
    return {
        "type": "table",
        "title": title,
        "description": text,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {}, "overrides": []},
        "options": {"showHeader": True},
        "transformations": [
            {"id": "organize", "options": {"excludeByName": {"Time": True, "__name__": True}}}
        ],
        "targets": targets,
    }


def golden(of: str, *, p99: bool = False) -> list[Json]:
    """The four golden signals of what a matcher such as ``tier="cache"`` picks; ``p99`` where it
    has a histogram of its latency."""
    latency = {"{{tier}} mean": f"tier:latency_seconds:mean{{{of}}}"}
    if p99:
        latency["{{tier}} p99"] = f"tier:latency_seconds:p99{{{of}}}"
    return [
        panel("Rate", "reqps", {"{{tier}}": f"tier:requests:rate{{{of}}}"}),
        panel("Errors", "percentunit", {"{{tier}}": f"tier:errors:ratio{{{of}}}"}),
        panel("Latency", "s", latency),
        panel("Saturation", "percentunit", {"{{tier}}": f"tier:saturation:ratio{{{of}}}"}),
    ]


def nodes(of: str, *, usage: bool = True) -> list[Json]:
    """Health of the nodes that a matcher picks, and their CPU and memory where they tell them."""
    well = panel("Nodes that are well", "percentunit", {"{{tier}}": f"tier:nodes_ok:ratio{{{of}}}"})
    if not usage:
        return [well]
    return [
        well,
        panel("CPU", "short", {"{{node}}": f"node:cpu_cores:rate{{{of}}}"}, "cores"),
        panel("Memory", "bytes", {"{{node}}": f"node:memory:bytes{{{of}}}"}),
    ]


def dashboard(name: str, title: str, panels: Sequence[Json]) -> str:
    """The JSON of a dashboard. Its address is ``/d/sdctl-<name>``, whatever Grafana it is in."""
    value: Json = {
        "uid": f"sdctl-{name}",
        "id": None,
        "title": title,
        "tags": ["sdctl"],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": False,
        "timezone": "browser",
        "refresh": "5s",
        "time": {"from": "now-15m", "to": "now"},
        "links": [{"type": "dashboards", "title": "tiers", "tags": ["sdctl"], "asDropdown": True,
                   "keepTime": True}],
        "templating": {"list": []},
        "panels": [
            {**panel, "id": index + 1, "gridPos": _place(index)}
            for index, panel in enumerate(panels)
        ],
    }  # fmt: skip
    return json.dumps(value, indent=1)


def queries(text: str) -> list[str]:
    """Every PromQL expression in a dashboard's JSON."""
    return [target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"]]


def _targets(queries: Mapping[str, str]) -> list[Json]:
    return [
        {
            "refId": chr(ord("A") + index),
            "datasource": SOURCE,
            "expr": expression,
            "legendFormat": legend,
        }
        for index, (legend, expression) in enumerate(queries.items())
    ]


def _place(index: int) -> Json:
    return {
        "x": index % _ACROSS * _WIDTH,
        "y": index // _ACROSS * _HEIGHT,
        "w": _WIDTH,
        "h": _HEIGHT,
    }
