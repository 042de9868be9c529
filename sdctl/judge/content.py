"""What a write said, in 32 bits: noted by the load, computed again by the store that was read back.

MD5 of the fields, joined by ``|``: what Python and PostgreSQL both have. It is to notice a change,
not to withstand anybody: two contents in 4 billion are taken for one.
"""

from __future__ import annotations

from hashlib import md5


def digest(*fields: object) -> int:
    """The digest of these fields, in order."""
    text = "|".join(map(str, fields))
    return int.from_bytes(md5(text.encode(), usedforsecurity=False).digest()[:4])


def order(user_id: str, item: str, quantity: int) -> int:
    """An order's digest."""
    return digest(user_id, item, quantity)
