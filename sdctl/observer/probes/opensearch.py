"""Search: the server's own word on its health, its indices and what it has refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table

_HEALTH = "/_cluster/health"
_STATS = "/_stats/docs,store,indexing,search?filter_path=_all.primaries"
_NODES = (
    "/_nodes/stats/jvm,fs,thread_pool?filter_path=nodes.*.name,nodes.*.jvm.mem.heap_used_in_bytes,"
    "nodes.*.fs.total.available_in_bytes,nodes.*.thread_pool.write,nodes.*.thread_pool.search"
)
_FIGURES = (
    "/_nodes/_local/stats/indices,jvm,fs,process,thread_pool?filter_path=nodes.*.jvm.mem,"
    "nodes.*.process.cpu,nodes.*.fs.total,nodes.*.indices.docs,nodes.*.indices.store,"
    "nodes.*.indices.indexing,nodes.*.indices.search,nodes.*.thread_pool.write,"
    "nodes.*.thread_pool.search"
)
_INDICES = (
    "/_cat/indices/logs-*,events-*?format=json&bytes=b&h=index,health,docs.count,store.size&s=index"
)


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each node for itself."""

    async def read_node(target: Node) -> Reading:
        health, stats = await asyncio.gather(
            connections.get(target, "http", _HEALTH), connections.get(target, "http", _STATS)
        )
        return reading(target.name, health.json(), stats.json())

    return await read_each(targets, read_node)


def reading(name: str, health: Mapping[str, Any], stats: Mapping[str, Any]) -> Reading:
    """Pure: failing while a part of an index cannot be asked (``red``)."""
    red = health["status"] == "red"
    primaries = stats.get("_all", {}).get("primaries", {})
    return Reading(
        name=name,
        health="failing" if red else "ok",
        reason="part of an index cannot be asked" if red else "",
        facts={
            "lines": primaries.get("docs", {}).get("count", 0),
            "store_bytes": primaries.get("store", {}).get("size_in_bytes", 0),
            "indices": health["active_primary_shards"],
        },
    )


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Its indices, and how each node is doing."""
    indices, nodes = await asyncio.gather(
        connections.get(targets[0], "http", _INDICES), connections.get(targets[0], "http", _NODES)
    )
    return [index_table(indices.json()), node_table(nodes.json(), targets)]


def index_table(indices: Sequence[Mapping[str, Any]]) -> Table:
    """Pure: an index per hour, the newest last."""
    rows = tuple(
        (
            index["index"],
            index["health"],
            int(index["docs.count"] or 0),
            int(index["store.size"] or 0),
        )
        for index in indices
    )
    return Table(title="indices", columns=("index", "health", "lines", "store_bytes"), rows=rows)


def node_table(answer: Mapping[str, Any], targets: Sequence[Node]) -> Table:
    """Pure: memory, disk, and what the server could not take (it answers 429 then). A server that
    is alone has the name that sdctl gives it, and not one of its own such as ``Node 1``."""
    alone = targets[0].name if len(targets) == 1 else None
    rows = tuple(
        (
            alone or node["name"],
            node["jvm"]["mem"]["heap_used_in_bytes"],
            node["fs"]["total"]["available_in_bytes"],
            node["thread_pool"]["write"]["completed"],
            node["thread_pool"]["write"]["queue"],
            node["thread_pool"]["write"]["rejected"],
            node["thread_pool"]["search"]["completed"],
        )
        for node in answer["nodes"].values()
    )
    columns = ("node", "heap_bytes", "disk_free_bytes", "batches", "waiting", "refused", "searches")
    return Table(title="servers", columns=columns, rows=rows)


async def figures(target: Node, connections: Connections) -> Mapping[str, float]:
    """The server has them in a form of its own alone."""
    return samples((await connections.get(target, "http", _FIGURES)).json())


def samples(answer: Mapping[str, Any]) -> dict[str, float]:
    """Pure. A request is a batch of lines, or a search in one index."""
    [node] = answer["nodes"].values()
    indices, pools, memory = node["indices"], node["thread_pool"], node["jvm"]["mem"]
    return {
        "search_lines": indices["docs"]["count"],
        "search_store_bytes": indices["store"]["size_in_bytes"],
        "search_indexed_lines_total": indices["indexing"]["index_total"],
        "search_index_seconds_total": indices["indexing"]["index_time_in_millis"] / 1000,
        "search_queries_total": indices["search"]["query_total"],
        "search_query_seconds_total": indices["search"]["query_time_in_millis"] / 1000,
        "search_batches_total": pools["write"]["completed"],
        "search_batches_waiting": pools["write"]["queue"],
        "search_refused_total": pools["write"]["rejected"] + pools["search"]["rejected"],
        "search_heap_used_bytes": memory["heap_used_in_bytes"],
        "search_heap_max_bytes": memory["heap_max_in_bytes"],
        "search_disk_free_bytes": node["fs"]["total"]["available_in_bytes"],
        "process_cpu_seconds_total": node["process"]["cpu"]["total_in_millis"] / 1000,
    }


PROBE = Probe(component="opensearch", read=read, inspect=inspect, figures=figures)
