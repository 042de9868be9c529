"""What a write said: noted by the load, computed again by the store that was read back."""

from __future__ import annotations

from sdctl.app.contract import digest


def order(user_id: str, item: str, quantity: int) -> int:
    """An order's digest: of its fields, joined by ``|``, as ``contract.ORDER_DIGEST`` has it."""
    return digest(f"{user_id}|{item}|{quantity}")
