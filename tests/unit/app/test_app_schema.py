"""The tables are made once, and those that a stack has kept from an older version get the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sdctl.app.logs import Log
from sdctl.app.stores import schema


class Kept:
    """A database that has tables of this version; None: none at all."""

    def __init__(self, version: int | None) -> None:
        self.version = version
        self.done: list[str] = []

    async def leader_found(self, _within_s: float) -> bool:
        return True

    @asynccontextmanager
    async def session(self, _until: float) -> AsyncIterator[Kept]:
        yield self

    async def execute(self, sql: str) -> None:
        self.done.append(sql)

    async def fetch(self, *_: object) -> None:
        """The lock that replicas share."""

    async def fetchrow(self, sql: str) -> dict[str, Any]:
        if "to_regclass" in sql:
            return {"present": self.version is not None}
        return {"newest": self.version}


@pytest.mark.parametrize(
    ("version", "begins"),
    [(None, "CREATE TABLE orders"), (1, "ALTER TABLE orders ADD COLUMN IF NOT EXISTS replayed"),
     (schema.VERSION, None)],
    ids=["none", "older ones", "its own"],
)  # fmt: skip
def test_tables_must_be_made_or_get_what_they_lack(version: int | None, begins: str | None) -> None:
    database: Any = Kept(version)
    asyncio.run(schema.ensure_schema(database, Log()))
    changes = [sql.strip() for sql in database.done if sql not in ("BEGIN", "COMMIT")]
    if begins is None:
        assert changes == []
    else:
        made, noted = changes
        assert made.startswith(begins)
        assert noted == f"INSERT INTO schema_version VALUES ({schema.VERSION})"
