"""What others may rely on of the service: its routes, its tables, its exchanges and queues, and how
a run's writes are read back.

The host and the observer import this file too, so it needs nothing but the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import md5

# routes
READ_MAX_LAG_S = 1.5
"""A follower that is further behind its leader is not read from, while another node can be."""
ORDERS = "/v1/orders"
EVENTS = "/v1/events"
USERS = "/v1/users"
VERSIONED = "/v1/"
"""How the paths begin that the gateway passes on with a key."""
READY = "/readyz"
STATS = "/stats"
CPU_WINDOW_S, RPS_WINDOW_S = 15, 8
"""Over how many seconds a replica measures its CPU, as Kubernetes' metrics-server does, and its
rate of requests or messages."""

# exchanges and queues
WORK_EXCHANGE = "orders"
WORK_KEY = "work"
WORK_QUEUE = "orders.work"
DEAD_EXCHANGE = "orders.dead"
DEAD_QUEUE = "orders.dead"
RETRY_QUEUES = "orders.retry."
"""How the names of the queues begin in which failed messages wait."""
HINTS_EXCHANGE = "notifications"

# the database
DATABASE = "sdctl"
ORDER_DIGEST = (
    "('x' || left(md5(concat_ws('|', {row}.user_id, {row}.item, {row}.quantity)), 8))"
    "::bit(32)::bigint"
)
"""An order's digest (``judge/content.py``); ``row`` is the table's name in the statement."""
READ_BACK = f"""
SELECT o.idempotency_key, count(DISTINCT o.id) + coalesce(min(c.copies), 0), min(o.status),
       CASE WHEN bool_or(n.user_id = o.user_id AND n.kind = 'order.' || o.status)
            THEN count(n.order_id) ELSE 0 END,
       min({ORDER_DIGEST.format(row="o")}), min(o.id::text)
  FROM orders o LEFT JOIN notifications n
    ON n.order_id = o.id
   AND NOT (o.replayed AND o.status = 'completed' AND n.kind = 'order.failed')
       LEFT JOIN (
       SELECT item, count(*) AS copies FROM orders
        WHERE item LIKE $1 AND (idempotency_key LIKE $1) IS NOT TRUE
        GROUP BY item
       ) c ON c.item = o.idempotency_key
 WHERE o.idempotency_key LIKE $1
 GROUP BY o.idempotency_key
"""
"""Of each key: how many orders it has, how they stand, how often their user was told an end of
theirs (0: never the one that they have), what they say, and the id by which they are found. That an
order failed, and was completed when its dead letter was replayed, is no second end. A row with the
order's item and no key of the run is a copy: it counts as one more. ``$1`` is :func:`of_run`."""
# the load gives an order its key as its item too
ONE_ORDER = "SELECT id, status FROM orders WHERE id = '{id}'"
"""An order, for people; ``id`` is a UUID."""
WAITING = "SELECT count(*) FROM outbox WHERE item LIKE $1"
"""How many orders have not gone on to the queue yet."""
READERS = "GRANT SELECT ON orders, notifications, outbox TO observer;"
"""Who reads writes back may do so."""

# the document store
COLLECTION = "events"


def digest(text: str) -> int:
    """What a write said, in 32 bits of MD5, which PostgreSQL has too. It is to notice a change, not
    to withstand anybody: two contents in 4 billion are taken for one."""
    return int.from_bytes(md5(text.encode(), usedforsecurity=False).digest()[:4])


def document_text(document: Mapping[str, object]) -> str:
    """A document as its digest is made from: JSON in one way, whatever order its keys come in."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Statement:
    """SQL, and its values by name: they stand as ``:'name'`` in it, and are never part of it."""

    sql: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> tuple[str, ...]:
        """What runs it inside a node of the database, with every right."""
        given = {"ON_ERROR_STOP": "1", **self.values}
        words = (word for name, value in given.items() for word in ("-v", f"{name}={value}"))
        # its client puts values into what it reads, not into what stands on its command line
        script = f'printf %s "$1" | {{ shift; exec psql -qX -U postgres -d {DATABASE} "$@"; }}'
        return ("sh", "-c", script, "psql", self.sql, *words)


def of_run(run: str) -> str:
    """The pattern of a run's keys: ``<run>-<number>``."""
    return f"{run}-%"


# the faults that the service does to itself, and what their amount is
FAIL_MESSAGES = "fail-messages"
"""The share of attempts that fail."""
FAIL_MESSAGES_FOR_GOOD = "fail-messages-for-good"
"""The share of messages that fail at every attempt."""
INJECTED = "injected"
"""Why an attempt failed that one of these made fail; the reason begins with it."""
SLOW_CONSUMER = "slow-consumer"
"""Seconds that the work on a message takes longer."""
SLOW_QUERIES = "slow-queries"
"""Seconds that a connection to the database is held longer each time it is used."""
ACTIVE_FAULTS = """
SELECT kind, amount, until, extract(epoch FROM until - now())::float8 AS left_s
  FROM faults WHERE until > now()
"""


def begin_fault(kind: str, amount: float, seconds: float) -> Statement:
    """The order to the service to do a fault to itself for so long; each replica finds it within a
    second."""
    return Statement(
        "INSERT INTO faults (kind, amount, until) VALUES "
        "(:'kind', :'amount', now() + make_interval(secs => :'seconds')) "
        "ON CONFLICT (kind) DO UPDATE SET amount = excluded.amount, until = excluded.until",
        {"kind": kind, "amount": str(amount), "seconds": str(seconds)},
    )


def end_fault(kind: str) -> Statement:
    """Take the order back."""
    return Statement("DELETE FROM faults WHERE kind = :'kind'", {"kind": kind})


def delete_orders(keys: Iterable[str]) -> Statement:
    """Lose these orders, with what their users were told: for a check of the instrument alone."""
    return Statement(
        "WITH gone AS (DELETE FROM orders "
        "WHERE idempotency_key = ANY (string_to_array(:'keys', ' ')) RETURNING id) "
        "DELETE FROM notifications WHERE order_id IN (SELECT id FROM gone)",
        {"keys": " ".join(keys)},
    )
