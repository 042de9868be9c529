"""Schema: the tables, made once on the leader by whichever replica comes first.

orders         one row per accepted order; `status` accepted → completed | failed, and failed →
               completed when its dead letter is `replayed`
outbox         orders whose message is not published yet; written with the order
inboxes        per user: the last sequence number given out, and the last acknowledged
notifications  what each user was told, in order; at most one per order and kind
faults         faults that the service injects into itself while `until` lies ahead
"""

from __future__ import annotations

import asyncio

from sdctl.app import contract
from sdctl.app.logs import Log, reason
from sdctl.app.stores.database import Database

VERSION = 2
# Any number, the same in every replica.
_ADVISORY_LOCK = 7_305_411
_RETRY_S = 1.0
_LOOK_S = 10.0
_TIMEOUT_S = 15.0

TABLES = """
CREATE TABLE orders (
    id              uuid PRIMARY KEY,
    user_id         text NOT NULL,
    item            text NOT NULL,
    quantity        integer NOT NULL,
    status          text NOT NULL DEFAULT 'accepted'
                    CHECK (status IN ('accepted', 'completed', 'failed')),
    idempotency_key text,
    replayed        boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    changed_at      timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX orders_idempotency_key ON orders (idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX orders_of_user ON orders (user_id, id DESC);

CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    uuid NOT NULL,
    user_id     text NOT NULL,
    item        text NOT NULL,
    quantity    integer NOT NULL,
    request_id  text NOT NULL,
    traceparent text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE TABLE inboxes (
    user_id   text PRIMARY KEY,
    last_seq  bigint NOT NULL,
    acked_seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE notifications (
    user_id  text NOT NULL,
    seq      bigint NOT NULL,
    order_id uuid NOT NULL,
    kind     text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, seq),
    UNIQUE (order_id, kind)
);

CREATE TABLE faults (
    kind   text PRIMARY KEY,
    amount double precision NOT NULL CHECK (amount >= 0),
    until  timestamptz NOT NULL
);

CREATE TABLE schema_version (version integer PRIMARY KEY);
"""


_SECOND = "ALTER TABLE orders ADD COLUMN IF NOT EXISTS replayed boolean NOT NULL DEFAULT false"
"""Of tables of version 1, which a stack has kept."""


async def ensure_schema(database: Database, log: Log) -> None:
    """Make the tables, or what older ones lack; tried until it succeeds."""
    while True:
        if not await database.leader_found(_LOOK_S):
            log.warning("schema waits for a leader", why=database.summary())
            continue
        try:
            if await _make(database):
                log.info("schema made", version=VERSION)
            return
        except Exception as exc:
            log.warning("schema not made yet", why=reason(exc))
        await asyncio.sleep(_RETRY_S)


async def _make(database: Database) -> bool:
    until = asyncio.get_running_loop().time() + _TIMEOUT_S
    async with database.session(until) as connection:
        await connection.execute("BEGIN")
        await connection.fetch("SELECT pg_advisory_xact_lock($1)", _ADVISORY_LOCK)
        row = await connection.fetchrow(
            "SELECT to_regclass('schema_version') IS NOT NULL AS present"
        )
        version = 0
        if row and row["present"]:
            row = await connection.fetchrow("SELECT max(version) AS newest FROM schema_version")
            version = (row and row["newest"]) or 0
        made = version < VERSION
        if made:
            await connection.execute(_SECOND if version else TABLES + contract.READERS)
            await connection.execute(f"INSERT INTO schema_version VALUES ({VERSION})")
        await connection.execute("COMMIT")
    return made
