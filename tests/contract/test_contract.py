"""The service's contract stands once: nobody else spells its SQL, its queues or its routes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sdctl.app import contract

ROOT = Path(__file__).parents[2]
OTHERS = [
    path
    for folder in ("sdctl", "templates")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file()
    and "__pycache__" not in path.parts
    and not path.is_relative_to(ROOT / "sdctl" / "app")
]
TABLES = "orders|outbox|inboxes|notifications|faults"
SQL = re.compile(rf"\b(?:FROM|INTO|JOIN|UPDATE|TABLE|GRANT \w+ ON)\s+(?:{TABLES})\b")
QUEUES = (contract.WORK_QUEUE, contract.DEAD_QUEUE, contract.RETRY_QUEUES)
ROUTES = (contract.ORDERS, contract.EVENTS, contract.USERS, contract.READY)


def spelled(text: str) -> list[str]:
    """What of the contract stands in a text by itself; docstrings and comments tell of it."""
    code = re.sub(r'"""(?:[^"]|"(?!""))*"""|(?m:^\s*#.*$)', "", text)
    return [*SQL.findall(code), *(word for word in (*QUEUES, *ROUTES) if word in code)]


def test_nobody_else_must_spell_the_services_sql_queues_or_routes() -> None:
    found = {path.relative_to(ROOT).as_posix(): spelled(path.read_text()) for path in OTHERS}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "text",
    ['"SELECT 1 FROM orders"', '"DELETE FROM faults"', 'q = "orders.work"', 'get("/v1/orders")'],
)
def test_what_is_spelled_must_be_found(text: str) -> None:
    assert spelled(text)
