"""Order: what a user ordered, as it is asked for and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _printable(value: str) -> str:
    if not value.strip() or "\x00" in value:
        raise ValueError("must not be blank or hold a NUL character")
    return value


Name = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_printable)]


class OrderRequest(BaseModel):
    """The body of `POST /v1/orders`."""

    model_config = ConfigDict(strict=True, frozen=True)

    user_id: Name
    item: Name
    quantity: Annotated[int, Field(ge=1, le=1000)]


class Order(BaseModel):
    """An order as it is answered."""

    id: str
    user_id: str
    item: str
    quantity: int
    status: str


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What became of a request to place an order.

    `created` False: the key (or id) was there before, and `same` says if with the same body.
    """

    id: str
    created: bool
    same: bool


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of settling an order: `user_id` is set if its status changed just now."""

    was: str | None
    """Its status before; None: there is no such order."""
    user_id: str | None
