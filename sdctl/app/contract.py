"""What others may rely on of the service: the names of its exchanges and queues.

The host and the observer import this file too, so it needs nothing but the standard library.
"""

from __future__ import annotations

WORK_EXCHANGE = "orders"
WORK_KEY = "work"
WORK_QUEUE = "orders.work"
DEAD_EXCHANGE = "orders.dead"
DEAD_QUEUE = "orders.dead"
RETRY_QUEUES = "orders.retry."
"""How the names of the queues begin in which failed messages wait."""
HINTS_EXCHANGE = "notifications"
