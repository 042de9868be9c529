"""docs/measured.md and the README's table, from docs/measured.json: pure, but for ``write``."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdctl.guide.measured import Figure, number, value

BUSY_IDLE = 0.8
"""With less of its processors idle before the first stack is there, a machine has other work."""
RECORD = "[measured.json](measured.json)"
BEGIN, END = "<!-- figures: made by `make measured` -->", "<!-- end of figures -->"
SECTIONS = {
    "starting": "Starting, and what an idle stack takes",
    "load": "A steady load",
    "database": "Failover of the database",
    "documents": "Failover of the document store",
    "unfenced": "Failover without fencing",
    "cache": "Failover of the cache",
    "queue": "Failover of the queue",
    "consensus": "Failover of consensus",
    "honesty": "Do the figures tell the truth?",
}
"""What each part of the record is called on the page."""
Record = Mapping[str, Any]


def write(root: Path, record: Record) -> None:
    """Both pages."""
    (root / "docs" / "measured.md").write_text(page(record))
    readme = root / "README.md"
    readme.write_text(with_table(readme.read_text(), record))


def page(record: Record) -> str:
    """docs/measured.md."""
    parts = [
        "# Measured\n",
        "This page is for people who want to know what `sdctl` takes and how exact it is. It says "
        "what was measured, when, on which machine and with which command.\n",
        f"`make measured` wrote this page from {RECORD}, and measured all of it up to "
        f"[{_BY_HAND}](#{_BY_HAND.lower().replace(' ', '-')}). Each part says when it was "
        "measured, and on which commit.\n",
        f"{_machine(record['machine'])}\n",
        _READ,
    ]
    for name, title in SECTIONS.items():
        part = record["parts"].get(name)
        said = (
            "Not measured yet.\n"
            if part is None
            else f"{_origin(part)}\n\n{_table(part['figures'])}"
        )
        parts += [f"## {title}\n", said]
    parts += [f"## {_BY_HAND}\n", _WRITTEN_DOWN]
    for section in record["written_down"]:
        parts += [f"### {section['title']}\n", *(f"{text}\n" for text in section["texts"])]
        if section["rows"]:
            parts.append(_written(section["rows"]))
    return "\n".join(parts).rstrip("\n") + "\n"


_BY_HAND = "Measured by other commands"
_WRITTEN_DOWN = """\
These take hours, a cluster or another program. So a person ran the command, and wrote its figures
into the record, with the day and the commit.
"""


def _written(rows: list[Mapping[str, str]]) -> str:
    lines = ["| what | measured | command | when |", "|---|---|---|---|"]
    lines += [
        f"| {row['what']} | {row['measured']} | {row['command']} | {row['when']} |" for row in rows
    ]
    return "\n".join(lines) + "\n"


_READ = """\
How to read the figures:

- The median is the middle one of all runs.
- The interval holds the true median with at least the given probability. It takes six runs or
  more. With fewer runs, the shortest and the longest are given.
- Compare figures only if they come from the same machine and the same day.
"""


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"The machine has {machine['cores']} cores ({machine['architecture']}), "
        f"{machine['memory_gib']} GiB of memory, Linux {machine['kernel']}, Docker "
        f"{machine['docker']} and Python {machine['python']}."
    )


def _origin(part: Mapping[str, Any]) -> str:
    """When, on which code, and on how busy a machine a part was measured."""
    code = f"commit `{part['commit']}`" + (" with changes" if part["changed"] else "")
    minutes = max(1, round(part["seconds"] / 60))
    said = f"{part['at'][:10]}, {code}, {minutes} minute{'s' * (minutes > 1)}."
    if part["quick"]:
        said += " This was a quick run (`--quick`), with few runs of each command."
    idle = part["cpu_idle"]
    if idle is None:
        return said
    said += f" Before it, the cores were idle {idle:.0%} of the time."
    if idle >= BUSY_IDLE:
        return said
    return (
        f"{said}\n\n**The machine was busy with other work.** These times are therefore longer "
        "than on a quiet machine. Counts, such as lost writes, are not affected."
    )


def _table(figures: list[Figure]) -> str:
    lines = ["| what | measured | command |", "|---|---|---|"]
    lines += [f"| {f['what']} | {value(f)} | `{f['command']}` |" for f in figures]
    return "\n".join(lines) + "\n"


def outcome(summary: Mapping[str, Any]) -> str:
    """What else is known of a series of trials: `sdctl bench`'s own summary in words."""
    writes = summary["writes"]
    lost, acknowledged = (
        "not known" if writes[name] is None else f"{writes[name]:,}"
        for name in ("lost", "acknowledged")
    )
    said = ", ".join(
        f"{count} {verdict}" for verdict, count in summary["verdicts"].items() if count
    )
    parts = [f"lost: {lost} of {acknowledged} writes", f"verdicts: {said}"]
    if summary["failover_ms"] is not None:
        own = summary["failover_ms"] / 1000
        parts.append(f"by its own logs the tier had a leader again after {own:.3g} s (median)")
    if band := summary["predicted"]:
        of = "" if band["of"] == "outage" else " of the tier's own failover"
        low, high = (number(band[end] / 1000) for end in ("low_ms", "high_ms"))
        held = f"{band['inside']} of {band['compared']} trials were so"
        parts.append(f"predicted{of}: {low} to {high} s, {held}")
    return "; ".join(parts)


def with_table(readme: str, record: Record) -> str:
    """The README with the six figures of this record."""
    parts = record["parts"].values()
    found = {figure["key"]: figure for part in parts for figure in part["figures"]}
    profile = record["profile"]
    idle = sorted(
        (figure["values"][0], f"`{key.split()[1]}`")
        for key, figure in found.items()
        if key.startswith("memory ") and figure["values"]
    )
    rows = [
        (f"`sdctl up {profile}`, images built; again, when all runs", _short(found, "up", "again")),
        (f"idle memory of {'; '.join(name for _, name in idle)}",
         "; ".join(f"{number(gib)} GiB" for gib, _ in idle) or "not measured"),
        ("writes stopped, the database's leader killed", _with_lost(found, "database")),
        ("writes stopped, a primary of the cache killed", _with_lost(found, "cache")),
        (f"{_rate(found)}: p50; p99; CPU of all containers for one request",
         _short(found, "p50", "p99", "cpu")),
        ("gateway paused for 3.000 s: what `sdctl` measures", _range(found, "pause")),
    ]  # fmt: skip
    table = "\n".join(
        [
            "| | measured |",
            "|---|---|",
            *(f"| {what} | {said} |" for what, said in rows),
        ]
    )
    shown = [part for part in parts if any(_in_readme(figure) for figure in part["figures"])]
    days = sorted({part["at"][:10] for part in shown})
    when = f"On {record['machine']['cores']} cores, {_from_to(days)}, profile `{profile}`"
    busy = any((part["cpu_idle"] or 1) < BUSY_IDLE for part in shown)
    note = f"{when}; the machine was busy with other work.\n" if busy else f"{when}.\n"
    new = f"{BEGIN}\n{note}\n{table}\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: new, readme, flags=re.S)


def _from_to(days: list[str]) -> str:
    """Pure: the first and the last day."""
    return " to ".join(dict.fromkeys((days[0], days[-1])))


def _in_readme(figure: Figure) -> bool:
    """Whether the README's table has it."""
    key = str(figure["key"])
    return key in ("up", "again", "database", "cache", "p50", "p99", "cpu", "pause") or (
        key.startswith("memory ")
    )


def _rate(found: Mapping[str, Figure]) -> str:
    """`200 requests a second`, as the row of the page has it."""
    return str(found["p50"]["what"]).partition(",")[0] if "p50" in found else "a steady load"


def _short(found: Mapping[str, Figure], *keys: str) -> str:
    figures = [found[key] for key in keys if key in found]
    return (
        "; ".join(
            f"{number(statistics.median(f['values']))} {f['unit']}"
            if f["values"]
            else "not measured"
            for f in figures
        )
        or "not measured"
    )


def _range(found: Mapping[str, Figure], key: str) -> str:
    values = found[key]["values"] if key in found else []
    return f"{min(values):.3f} to {max(values):.3f} s" if values else "not measured"


def _with_lost(found: Mapping[str, Figure], key: str) -> str:
    figure = found.get(key)
    if figure is None or not figure["values"]:
        return "not measured"
    return f"{_short(found, key)}; {figure['also'].partition(';')[0]}"
