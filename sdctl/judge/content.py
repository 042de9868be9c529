"""What a write said, in 32 bits: noted by the load, computed again by the store that was read back.

MD5 of the fields, joined by ``|``: what Python and PostgreSQL both have. It is to notice a change,
not to withstand anybody: two contents in 4 billion are taken for one.
"""

from __future__ import annotations

from hashlib import md5

ORDER_SQL = (
    "('x' || left(md5(concat_ws('|', {row}.user_id, {row}.item, {row}.quantity)), 8))"
    "::bit(32)::bigint"
)
"""An order's digest in PostgreSQL; ``row`` is the table's name in the statement."""


def digest(*fields: object) -> int:
    """The digest of these fields, in order."""
    text = "|".join(map(str, fields))
    return int.from_bytes(md5(text.encode(), usedforsecurity=False).digest()[:4])


def order(user_id: str, item: str, quantity: int) -> int:
    """An order's digest."""
    return digest(user_id, item, quantity)
