"""HAProxy's statistics, which gateway and load balancer share."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Fact, Reading, Table

Row = Mapping[str, str]


async def read(
    targets: tuple[Node, ...],
    connections: Connections,
    reading: Callable[[str, Sequence[Row]], Reading],
) -> list[Reading]:
    """What each HAProxy's own statistics come to."""

    async def read_node(target: Node) -> Reading:
        return reading(target.name, await statistics(target, connections))

    return await read_each(targets, read_node)


async def statistics(target: Node, connections: Connections) -> list[Row]:
    """All rows: one per frontend, backend and server."""
    answer = await connections.get(target, "stats", "/stats;csv")
    if answer.status != 200:
        raise BadAnswer(f"HTTP {answer.status}")
    return parse(answer.body.decode())


def parse(text: str) -> list[Row]:
    """Pure: the rows of ``/stats;csv``."""
    return list(csv.DictReader(text.removeprefix("# ").splitlines()))


def row(rows: Sequence[Row], proxy: str, name: str) -> Row:
    """One row: ``FRONTEND``, ``BACKEND`` or a server of a proxy. Raises ``BadAnswer``."""
    for candidate in rows:
        if (candidate["pxname"], candidate["svname"]) == (proxy, name):
            return candidate
    raise BadAnswer(f"HAProxy has no {proxy}/{name}")


def servers(rows: Sequence[Row], backend: str) -> list[Row]:
    """The servers that have an address; a template's empty slots are in maintenance."""
    return [
        server
        for server in rows
        if server["pxname"] == backend
        and server["svname"] not in ("FRONTEND", "BACKEND")
        and not server["status"].startswith("MAINT")
    ]


def up(server: Row) -> bool:
    """Whether it takes requests, and has shown so: at first HAProxy takes a server at its word."""
    return server["status"].startswith("UP") and server["check_status"] != "INI"


def state(server: Row) -> str:
    """For people, what HAProxy's word for a server means (its management guide, 9.1)."""
    status = server["status"]
    word, _, checks = status.partition(" ")
    if word == "UP" and server["check_status"] == "INI":
        return "not checked yet"
    if word in ("UP", "DOWN") and checks:
        return f"{word.lower()}, last check {'failed' if word == 'UP' else 'well'}"
    if word in ("NOLB", "DRAIN"):
        return "up, takes no new requests"
    return status.lower()


def number(server: Row, column: str) -> int:
    """A count; an empty cell is 0."""
    return int(server[column] or 0)


def traffic(rows: Sequence[Row], frontend: str, backend: str) -> dict[str, Fact]:
    """The facts of both tiers. Counts are since the start of HAProxy."""
    front, back = row(rows, frontend, "FRONTEND"), row(rows, backend, "BACKEND")
    return {
        "rps": number(front, "req_rate"),
        "sessions": number(front, "scur"),
        "requests": number(front, "req_tot"),
        "errors_5xx": number(front, "hrsp_5xx"),
        "retries": number(back, "wretr"),
    }


def rejected(rows: Sequence[Row], frontend: str, backend: str) -> int:
    """The 4xx that HAProxy answered by itself: those that did not come from behind."""
    front, back = row(rows, frontend, "FRONTEND"), row(rows, backend, "BACKEND")
    return max(number(front, "hrsp_4xx") - number(back, "hrsp_4xx"), 0)


def tables(
    rows: Sequence[Row], frontend: str, backend: str, names: Mapping[str, str]
) -> list[Table]:
    """Pure: what comes in, every server behind, and sessions."""
    return [
        frontend_table(rows, frontend, backend),
        server_table(rows, backend, names),
        session_table(rows, frontend),
    ]


def frontend_table(rows: Sequence[Row], frontend: str, backend: str) -> Table:
    """Pure: the requests that came in, by kind of answer."""
    front = row(rows, frontend, "FRONTEND")
    counts = ("req_rate", "req_tot", "hrsp_2xx", "hrsp_4xx", "hrsp_5xx")
    return Table(
        title="routes",
        columns=("frontend", "backend", "rps", "requests", "2xx", "4xx", "5xx"),
        rows=((frontend, backend, *(number(front, column) for column in counts)),),
    )


def session_table(rows: Sequence[Row], frontend: str) -> Table:
    """Pure: the connections of clients."""
    front = row(rows, frontend, "FRONTEND")
    columns = {"now": "scur", "most": "smax", "limit": "slim", "total": "stot", "per_s": "rate"}
    cells = tuple(number(front, column) for column in columns.values())
    return Table(title="sessions", columns=tuple(columns), rows=(cells,))


def server_table(rows: Sequence[Row], backend: str, names: Mapping[str, str]) -> Table:
    """Pure: the servers behind, by their nodes' names where HAProxy tells their addresses."""
    return Table(
        title="servers",
        columns=("server", "state", "rps", "requests", "sessions", "5xx", "retries"),
        rows=tuple(
            (
                names.get(server.get("addr", "").partition(":")[0], server["svname"]),
                state(server),
                number(server, "rate"),
                number(server, "stot"),
                number(server, "scur"),
                number(server, "hrsp_5xx"),
                number(server, "wretr"),
            )
            for server in servers(rows, backend)
        ),
    )
