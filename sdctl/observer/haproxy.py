"""HAProxy's statistics page, as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Table

Row = Mapping[str, str]


def parse(text: str) -> list[Row]:
    """The rows of ``/stats;csv``."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("# "))))


def row(rows: Sequence[Row], proxy: str, name: str) -> Row:
    """One proxy's row, ``FRONTEND``, ``BACKEND`` or a server. KeyError when there is none."""
    for each in rows:
        if (each["pxname"], each["svname"]) == (proxy, name):
            return each
    raise KeyError(f"HAProxy has no {proxy}/{name}")


def servers(rows: Sequence[Row], proxy: str) -> list[Row]:
    """The servers of a backend that have an address (empty slots of a template have none)."""
    return [
        each
        for each in rows
        if each["pxname"] == proxy
        and each["type"] == "2"
        and not each["status"].startswith("MAINT")
    ]


def number(each: Row, column: str) -> int:
    """A count; an empty cell is 0."""
    return int(each[column] or 0)


def traffic(rows: Sequence[Row], frontend: str, backend: str) -> dict[str, Fact]:
    """Facts that both HAProxy tiers have."""
    front, back = row(rows, frontend, "FRONTEND"), row(rows, backend, "BACKEND")
    return {
        "rps": number(front, "req_rate"),
        "sessions": number(front, "scur"),
        "requests": number(front, "req_tot"),
        "errors_5xx": number(front, "hrsp_5xx"),
        "retries": number(back, "wretr"),
    }


async def names_by_address(reach: Reach, stem: str, most: int) -> dict[str, str]:
    """Address → node name, for those of ``stem-1`` … that run."""
    found = {}
    for ordinal in range(1, most + 1):
        name = f"{stem}-{ordinal}"
        for address in await reach.addresses(name):
            found[address] = name
    return found


def frontend_table(rows: Sequence[Row], frontends: Sequence[str]) -> Table:
    """Requests of each frontend by kind of answer."""
    columns = ("route", "rps", "requests", "2xx", "4xx", "5xx", "sessions")
    return Table(
        title="routes",
        columns=columns,
        rows=tuple(
            (
                name,
                number(each, "req_rate"),
                number(each, "req_tot"),
                number(each, "hrsp_2xx"),
                number(each, "hrsp_4xx"),
                number(each, "hrsp_5xx"),
                number(each, "scur"),
            )
            for name in frontends
            for each in [row(rows, name, "FRONTEND")]
        ),
    )


def server_table(rows: Sequence[Row], backend: str, names: Mapping[str, str]) -> Table:
    """The servers of a backend with their state and work."""
    return Table(
        title="servers",
        columns=("server", "state", "rps", "requests", "sessions", "5xx", "time_ms"),
        rows=tuple(
            (
                names.get(each["addr"].partition(":")[0], each["svname"]),
                each["status"],
                number(each, "rate"),
                number(each, "stot"),
                number(each, "scur"),
                number(each, "hrsp_5xx"),
                number(each, "rtime"),
            )
            for each in servers(rows, backend)
        ),
    )
